//! What has had its time is removed, a bounded batch at a time, so that a login never waits behind a clean-up.

use countersign_core::{Timestamp, to_millis};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};

use crate::{Store, StoreError};

/// A table whose rows expire.
#[derive(Clone, Copy, Debug)]
pub struct Perishable {
    table: &'static str,
    key: &'static str,
    expiry: &'static str,
}

impl Perishable {
    /// Every such table, children before their parents.
    pub const ALL: [Self; 13] = [
        Self::new("request_secrets", "request_id", "expires_at"),
        Self::new("otp_challenges", "id", "expires_at"),
        Self::new("login_flows", "token_hash", "expires_at"),
        Self::new("counters", "key", "expires_at"),
        Self::new("outbox", "id", "expires_at"),
        Self::new("logout_deliveries", "id", "expires_at"),
        Self::new("idempotency_keys", "key_hash", "expires_at"),
        Self::new("used_assertions", "key", "expires_at"),
        Self::new("revoked_access_tokens", "jti", "expires_at"),
        Self::new("authorization_codes", "code_hash", "expires_at"),
        Self::new("refresh_tokens", "token_hash", "expires_at"),
        Self::new("grants", "id", "expires_at"),
        Self::new("sessions", "id", "expires_at"),
    ];

    const fn new(table: &'static str, key: &'static str, expiry: &'static str) -> Self {
        Self { table, key, expiry }
    }

    /// The table's name, for logs.
    #[must_use]
    pub fn table(self) -> &'static str {
        self.table
    }

    /// Removes at most `limit` rows that expired before `cutoff`, in a transaction of their own, and says how
    /// many there were. A full batch means that there may be more.
    pub async fn remove_batch(self, store: &Store, cutoff: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let oldest = Query::select()
            .column(Alias::new(self.key))
            .from(Alias::new(self.table))
            .and_where(column(self.expiry).lt(to_millis(cutoff)))
            .order_by(Alias::new(self.expiry), sea_orm::sea_query::Order::Asc)
            .limit(limit)
            .to_owned();
        let delete = Query::delete()
            .from_table(Alias::new(self.table))
            .and_where(column(self.key).in_subquery(oldest))
            .to_owned();
        let tx = store.begin().await?;
        let removed = tx.connection().executor().execute(&delete).await?.rows_affected();
        tx.commit().await?;
        Ok(removed)
    }
}

#[cfg(test)]
mod tests;

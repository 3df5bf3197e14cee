//! Authorization codes: by hash, for a minute, once.

use countersign_core::oauth::code::CodeGrant;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::authorization_codes::{ActiveModel, Column, Entity};
use crate::{Connection, StoreError};

/// The repository of authorization codes.
pub struct AuthorizationCodes<'a>(Connection<'a>);

impl<'a> AuthorizationCodes<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps what a code stands for.
    pub async fn add(
        &self,
        code: &TokenHash,
        grant: &CodeGrant,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let details = serde_json::to_string(grant)
            .map_err(|error| StoreError::unreadable("authorization_codes", error))?;
        let row = ActiveModel {
            code_hash: Set(code.as_str().to_owned()),
            grant_id: Set(grant.grant_id.as_str().to_owned()),
            client_id: Set(grant.client_id.clone()),
            session_id: Set(grant.session_id.as_str().to_owned()),
            details: Set(details),
            created_at: Set(to_millis(now)),
            expires_at: Set(to_millis(expires_at)),
            consumed_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Redeems a code. Of several attempts, one is told yes.
    pub async fn consume(&self, code: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(Column::CodeHash.eq(code.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Forgets every code of `client_id` that is not redeemed.
    pub async fn forget_all_of(&self, client_id: &str) -> Result<(), StoreError> {
        Entity::delete_many()
            .filter(Column::ClientId.eq(client_id))
            .filter(Column::ConsumedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(())
    }
}

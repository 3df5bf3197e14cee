//! Mail waiting to be sent. A row is claimed by moving its next attempt past the lease, in one conditional update:
//! of several senders one gets it, and when that one dies, the lease runs out and another tries.

use countersign_core::ids::DeliveryId;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::outbox;
use crate::{Connection, StoreError};

/// When the next attempt of a settled mail is due: never.
const NEVER: i64 = i64::MAX;

/// Rows of one statement: SQLite takes 32,766 parameters.
const ROWS: usize = 1_000;

/// A mail to keep until it is sent.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Its identifier.
    pub id: DeliveryId,
    /// Whom it goes to, sealed; `None` for a decoy, which costs the same and goes nowhere.
    pub recipient_sealed: Option<String>,
    /// What it says, sealed.
    pub message_sealed: String,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it is first due.
    pub due_at: Timestamp,
    /// After this it is of no use to anyone.
    pub expires_at: Timestamp,
}

/// A mail whose time has come.
#[derive(Clone, Debug)]
pub struct DueMail {
    /// Its identifier.
    pub id: DeliveryId,
    /// Whom it goes to, sealed; `None` for a decoy.
    pub recipient_sealed: Option<String>,
    /// What it says, sealed.
    pub message_sealed: String,
    /// When the attempt was due: what a claim compares.
    pub due_at: Timestamp,
    /// Attempts made before this one.
    pub attempts: u32,
    /// After this it is of no use to anyone.
    pub expires_at: Timestamp,
}

/// The mails waiting.
pub struct Outbox<'a>(&'a Connection<'a>);

impl<'a> Outbox<'a> {
    /// The outbox as `connection` sees it.
    #[must_use]
    pub fn on(connection: &'a Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps `mail`.
    pub async fn queue(&self, mail: NewMail) -> Result<(), StoreError> {
        outbox::Entity::insert(row(mail)).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Keeps many mails, in few statements.
    pub async fn queue_all(&self, mut mails: Vec<NewMail>) -> Result<(), StoreError> {
        while !mails.is_empty() {
            let rows = mails.drain(..mails.len().min(ROWS)).map(row);
            outbox::Entity::insert_many(rows).exec_without_returning(self.0.executor()).await?;
        }
        Ok(())
    }

    /// Mails due at `now`, the longest waiting first.
    pub async fn due(&self, now: Timestamp, limit: u64) -> Result<Vec<DueMail>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::NextAttemptAt.lte(to_millis(now)))
            .order_by_asc(outbox::Column::NextAttemptAt)
            .limit(limit)
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(DueMail::from).collect())
    }

    /// Takes `mail` until `lease_until`. False when another sender was faster.
    pub async fn claim(&self, mail: &DueMail, lease_until: Timestamp) -> Result<bool, StoreError> {
        let claimed = outbox::Entity::update_many()
            .col_expr(outbox::Column::NextAttemptAt, Expr::value(to_millis(lease_until)))
            .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).add(1))
            .filter(outbox::Column::Id.eq(mail.id.as_str()))
            .filter(outbox::Column::NextAttemptAt.eq(to_millis(mail.due_at)))
            .exec(self.0.executor())
            .await?;
        Ok(claimed.rows_affected == 1)
    }

    /// Notes that the mail server took the mail.
    pub async fn delivered(&self, id: &DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        self.settle(id, outbox::Column::DeliveredAt, at).await
    }

    /// Notes that the mail will not be sent.
    pub async fn gave_up(&self, id: &DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        self.settle(id, outbox::Column::FailedAt, at).await
    }

    /// Tries again at `at`.
    pub async fn retry(&self, id: &DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        outbox::Entity::update_many()
            .col_expr(outbox::Column::NextAttemptAt, Expr::value(to_millis(at)))
            .filter(outbox::Column::Id.eq(id.as_str()))
            .exec(self.0.executor())
            .await?;
        Ok(())
    }

    async fn settle(&self, id: &DeliveryId, column: outbox::Column, at: Timestamp) -> Result<(), StoreError> {
        outbox::Entity::update_many()
            .col_expr(column, Expr::value(to_millis(at)))
            .col_expr(outbox::Column::NextAttemptAt, Expr::value(NEVER))
            .filter(outbox::Column::Id.eq(id.as_str()))
            .exec(self.0.executor())
            .await?;
        Ok(())
    }
}

fn row(mail: NewMail) -> outbox::ActiveModel {
    outbox::ActiveModel {
        id: Set(mail.id.as_str().to_owned()),
        recipient_sealed: Set(mail.recipient_sealed),
        message_sealed: Set(mail.message_sealed),
        created_at: Set(to_millis(mail.created_at)),
        next_attempt_at: Set(to_millis(mail.due_at)),
        attempts: Set(0),
        expires_at: Set(to_millis(mail.expires_at)),
        delivered_at: Set(None),
        failed_at: Set(None),
    }
}

impl From<outbox::Model> for DueMail {
    fn from(row: outbox::Model) -> Self {
        Self {
            id: DeliveryId::from_stored(row.id),
            recipient_sealed: row.recipient_sealed,
            message_sealed: row.message_sealed,
            due_at: from_millis(row.next_attempt_at),
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            expires_at: from_millis(row.expires_at),
        }
    }
}

//! Mail waiting to be sent. It is written in the transaction of what it tells about, so that a crash loses
//! neither or both.

use countersign_core::ids::DeliveryId;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::outbox::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// A mail as stored.
#[derive(Clone, Debug)]
pub struct StoredMail {
    /// Its identifier.
    pub id: DeliveryId,
    /// The address, sealed; none for a decoy, which is dropped at delivery.
    pub recipient_sealed: Option<String>,
    /// What it says, sealed.
    pub message_sealed: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// After this it is of no use to anybody.
    pub expires_at: Timestamp,
    /// How often its delivery was tried.
    pub attempts: u32,
}

/// The repository of waiting mail.
pub struct Outbox<'a>(Connection<'a>);

impl<'a> Outbox<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds a mail, due at once.
    pub async fn add(&self, mail: &StoredMail) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(mail.id.as_str().to_owned()),
            recipient_sealed: Set(mail.recipient_sealed.clone()),
            message_sealed: Set(mail.message_sealed.clone()),
            created_at: Set(to_millis(mail.created_at)),
            next_attempt_at: Set(to_millis(mail.created_at)),
            attempts: Set(0),
            expires_at: Set(to_millis(mail.expires_at)),
            delivered_at: Set(None),
            failed_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Mail that is due, oldest first. Reading it claims nothing; see [`Self::claim`].
    pub async fn due(&self, now: Timestamp, limit: u64) -> Result<Vec<StoredMail>, StoreError> {
        let due = Entity::find()
            .filter(Column::NextAttemptAt.lte(to_millis(now)))
            .filter(Column::DeliveredAt.is_null())
            .filter(Column::FailedAt.is_null())
            .order_by_asc(Column::NextAttemptAt)
            .limit(limit);
        Ok(due.all(self.0.executor()).await?.into_iter().map(read).collect())
    }

    /// Claims a due mail until `again_at`, when it is due again unless something else is said: of several nodes
    /// one is told yes, and a node that dies holds nothing up for longer.
    pub async fn claim(
        &self,
        mail: &StoredMail,
        now: Timestamp,
        again_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::value(to_millis(again_at)))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.eq(mail.id.as_str()))
            .filter(Column::Attempts.eq(i64::from(mail.attempts)))
            .filter(Column::NextAttemptAt.lte(to_millis(now)))
            .filter(Column::DeliveredAt.is_null())
            .filter(Column::FailedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Says when the next attempt is due.
    pub async fn postpone(&self, id: &DeliveryId, until: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::NextAttemptAt, until).await
    }

    /// The mail server has taken it.
    pub async fn delivered(&self, id: &DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::DeliveredAt, now).await
    }

    /// It is given up.
    pub async fn failed(&self, id: &DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::FailedAt, now).await
    }

    /// How much mail waits.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        use sea_orm::PaginatorTrait as _;
        let waiting = Entity::find().filter(Column::DeliveredAt.is_null()).filter(Column::FailedAt.is_null());
        Ok(waiting.count(self.0.executor()).await?)
    }

    async fn set(&self, id: &DeliveryId, column: Column, at: Timestamp) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(column, Expr::value(to_millis(at)))
            .filter(Column::Id.eq(id.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }
}

fn read(row: Model) -> StoredMail {
    StoredMail {
        id: DeliveryId::from_stored(row.id),
        recipient_sealed: row.recipient_sealed,
        message_sealed: row.message_sealed,
        created_at: from_millis(row.created_at),
        expires_at: from_millis(row.expires_at),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
    }
}

//! Back-channel logouts waiting to reach an application.

use countersign_core::ids::{DeliveryId, ProfileId, SessionId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entities::logout_deliveries::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// A logout that a client must hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct LogoutDelivery {
    /// Its identifier: the `jti` of what is sent.
    pub id: DeliveryId,
    /// Who must hear of it.
    pub client_id: String,
    /// Which session ended.
    pub session_id: SessionId,
    /// Whose it was.
    pub profile_id: ProfileId,
    /// When it ended.
    pub created_at: Timestamp,
    /// When the next attempt is due; while one is under way, when it is given up.
    pub next_attempt_at: Timestamp,
    /// Attempts begun.
    pub attempts: u32,
    /// When nobody tries any more.
    pub expires_at: Timestamp,
}

/// The repository of logout deliveries.
pub struct LogoutDeliveries<'a>(Connection<'a>);

impl<'a> LogoutDeliveries<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds deliveries.
    pub async fn add(&self, deliveries: &[LogoutDelivery]) -> Result<(), StoreError> {
        if deliveries.is_empty() {
            return Ok(());
        }
        Entity::insert_many(deliveries.iter().map(row)).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Every client that has a delivery due.
    pub async fn clients_waiting(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let clients = Entity::find().select_only().column(Column::ClientId).distinct().filter(is_due(now));
        Ok(clients.into_tuple().all(self.0.executor()).await?)
    }

    /// At most `limit` deliveries to a client that are due, oldest first.
    pub async fn due(
        &self,
        client_id: &str,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<LogoutDelivery>, StoreError> {
        let rows = Entity::find()
            .filter(is_due(now))
            .filter(Column::ClientId.eq(client_id))
            .order_by_asc(Column::NextAttemptAt)
            .limit(limit)
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// Takes a delivery on until `until`, if nobody else has since it was read.
    pub async fn lease(&self, delivery: &LogoutDelivery, until: Timestamp) -> Result<bool, StoreError> {
        let result = Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::value(to_millis(until)))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.eq(delivery.id.as_str()))
            .filter(Column::NextAttemptAt.eq(to_millis(delivery.next_attempt_at)))
            .filter(Column::Attempts.eq(i64::from(delivery.attempts)))
            .filter(Column::DeliveredAt.is_null())
            .filter(Column::FailedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Notes that the client has heard.
    pub async fn delivered(&self, id: &DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::DeliveredAt, now).await
    }

    /// Notes that nobody tries any more.
    pub async fn failed(&self, id: &DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::FailedAt, now).await
    }

    /// Puts the next attempt off.
    pub async fn retry(&self, id: &DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        self.set(id, Column::NextAttemptAt, at).await
    }

    async fn set(&self, id: &DeliveryId, column: Column, at: Timestamp) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(column, Expr::value(to_millis(at)))
            .filter(Column::Id.eq(id.as_str()))
            .exec(self.0.executor())
            .await?;
        Ok(())
    }
}

fn is_due(now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::NextAttemptAt.lte(to_millis(now)))
        .add(Column::DeliveredAt.is_null())
        .add(Column::FailedAt.is_null())
}

fn row(delivery: &LogoutDelivery) -> ActiveModel {
    ActiveModel {
        id: Set(delivery.id.as_str().to_owned()),
        client_id: Set(delivery.client_id.clone()),
        session_id: Set(delivery.session_id.as_str().to_owned()),
        profile_id: Set(delivery.profile_id.as_str().to_owned()),
        created_at: Set(to_millis(delivery.created_at)),
        next_attempt_at: Set(to_millis(delivery.next_attempt_at)),
        attempts: Set(i64::from(delivery.attempts)),
        expires_at: Set(to_millis(delivery.expires_at)),
        delivered_at: Set(None),
        failed_at: Set(None),
    }
}

fn read(row: Model) -> LogoutDelivery {
    LogoutDelivery {
        id: DeliveryId::from_stored(row.id),
        client_id: row.client_id,
        session_id: SessionId::from_stored(row.session_id),
        profile_id: ProfileId::from_stored(row.profile_id),
        created_at: from_millis(row.created_at),
        next_attempt_at: from_millis(row.next_attempt_at),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        expires_at: from_millis(row.expires_at),
    }
}

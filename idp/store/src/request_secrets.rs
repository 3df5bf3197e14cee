//! Secrets made by approved requests: sealed, shown once.

use countersign_core::ids::{ProfileId, RequestId};
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::request_secrets::{ActiveModel, Column, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of such secrets.
pub struct RequestSecrets<'a>(Connection<'a>);

impl<'a> RequestSecrets<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps what `request` made.
    pub async fn add(
        &self,
        request: &RequestId,
        secret_sealed: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            request_id: Set(request.as_str().to_owned()),
            secret_sealed: Set(secret_sealed.to_owned()),
            expires_at: Set(to_millis(expires_at)),
            consumed_at: Set(None),
            consumed_by: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Whether there is one that nobody has seen yet.
    pub async fn waits(&self, request: &RequestId, now: Timestamp) -> Result<bool, StoreError> {
        let row = Entity::find_by_id(request.as_str()).only(&self.0).await?;
        Ok(row.is_some_and(|row| row.consumed_at.is_none() && row.expires_at > to_millis(now)))
    }

    /// Takes it, if it was not taken before and its time is not over: of several readers, one does.
    pub async fn consume(
        &self,
        request: &RequestId,
        reader: &ProfileId,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let Some(row) = Entity::find_by_id(request.as_str()).only(&self.0).await? else {
            return Ok(None);
        };
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .col_expr(Column::ConsumedBy, Expr::value(reader.as_str()))
            .col_expr(Column::SecretSealed, Expr::value(""))
            .filter(Column::RequestId.eq(request.as_str()))
            .filter(Column::ConsumedAt.is_null())
            .filter(Column::ExpiresAt.gt(to_millis(now)));
        let taken = update.exec(self.0.executor()).await?.rows_affected == 1;
        Ok(taken.then_some(row.secret_sealed))
    }
}

#[cfg(test)]
mod tests;

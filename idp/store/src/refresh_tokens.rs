//! Refresh tokens: by hash, each good for one use.

use countersign_core::ids::GrantId;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::refresh_tokens::{ActiveModel, Column, Entity};
use crate::{Connection, StoreError};

/// The repository of refresh tokens.
pub struct RefreshTokens<'a>(Connection<'a>);

/// What takes a used token's place.
#[derive(Clone, Debug)]
pub struct Successor {
    /// Its hash.
    pub hash: TokenHash,
    /// Itself, sealed: handed out again if the answer that carried it was lost.
    pub sealed: String,
}

impl<'a> RefreshTokens<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds a token to a family.
    pub async fn add(
        &self,
        token: &TokenHash,
        grant: &GrantId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            token_hash: Set(token.as_str().to_owned()),
            grant_id: Set(grant.as_str().to_owned()),
            created_at: Set(to_millis(now)),
            expires_at: Set(to_millis(expires_at)),
            ..ActiveModel::default()
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Uses a token up and says what takes its place. Of several uses, one is told yes.
    pub async fn consume(
        &self,
        token: &TokenHash,
        successor: &Successor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .col_expr(Column::SuccessorHash, Expr::value(successor.hash.as_str()))
            .col_expr(Column::SuccessorSealed, Expr::value(successor.sealed.as_str()))
            .filter(Column::TokenHash.eq(token.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

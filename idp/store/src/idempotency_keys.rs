//! Attempts that must not be made twice: a key, what was asked under it, and what was answered.

use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::entities::idempotency_keys::{ActiveModel, Column, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// An attempt that was made before.
#[derive(Clone, Debug)]
pub struct FormerAttempt {
    /// What was asked.
    pub request: TokenHash,
    /// What was answered, sealed; nothing while it is under way.
    pub answer_sealed: Option<String>,
    /// Until when the key is taken.
    pub expires_at: Timestamp,
}

/// The repository of attempts.
pub struct IdempotencyKeys<'a>(Connection<'a>);

impl<'a> IdempotencyKeys<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Takes a key that nobody holds; of any number of tries at once, one is told yes. Where another transaction is
    /// about to take it, this waits for how that ends.
    pub async fn take(
        &self,
        key: &TokenHash,
        request: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let past = Entity::delete_many()
            .filter(Column::KeyHash.eq(key.as_str()))
            .filter(Column::ExpiresAt.lte(to_millis(now)));
        past.exec(self.0.executor()).await?;
        let row = ActiveModel {
            key_hash: Set(key.as_str().to_owned()),
            request_hash: Set(request.as_str().to_owned()),
            answer_sealed: Set(None),
            created_at: Set(to_millis(now)),
            expires_at: Set(to_millis(expires_at)),
        };
        let insert = Entity::insert(row).on_conflict_do_nothing();
        let inserted = insert.exec_without_returning(self.0.executor()).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }

    /// What was done under a key.
    pub async fn find(&self, key: &TokenHash) -> Result<Option<FormerAttempt>, StoreError> {
        let row = Entity::find_by_id(key.as_str()).only(&self.0).await?;
        Ok(row.map(|row| FormerAttempt {
            request: TokenHash::from_stored(row.request_hash),
            answer_sealed: row.answer_sealed,
            expires_at: from_millis(row.expires_at),
        }))
    }

    /// Notes the answer, once; says whether this call did.
    pub async fn answer(&self, key: &TokenHash, answer_sealed: &str) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::AnswerSealed, Expr::value(answer_sealed))
            .filter(Column::KeyHash.eq(key.as_str()))
            .filter(Column::AnswerSealed.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

//! Assertions that have been used, until nobody would accept them any more (RFC 7523 §3, `jti`).

use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, to_millis};
use sea_orm::{ActiveValue::Set, EntityTrait as _, TryInsertResult};

use crate::entities::used_assertions::{ActiveModel, Entity};
use crate::{Connection, StoreError};

/// The repository of used assertions.
pub struct UsedAssertions<'a>(Connection<'a>);

impl<'a> UsedAssertions<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Notes a use. Of several uses of one assertion, one is told yes.
    pub async fn note(&self, assertion: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        let row =
            ActiveModel { key: Set(assertion.as_str().to_owned()), expires_at: Set(to_millis(expires_at)) };
        let insert = Entity::insert(row).on_conflict_do_nothing();
        let inserted = insert.exec_without_returning(self.0.executor()).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }
}

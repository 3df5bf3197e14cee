//! Access tokens that were revoked before they expired, by `jti`.

use countersign_core::{Timestamp, to_millis};
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::entities::revoked_access_tokens::{ActiveModel, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of revoked access tokens.
pub struct RevokedAccessTokens<'a>(Connection<'a>);

impl<'a> RevokedAccessTokens<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Revokes a token that would have lived until `expires_at`.
    pub async fn add(&self, jti: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let row = ActiveModel { jti: Set(jti.to_owned()), expires_at: Set(to_millis(expires_at)) };
        Entity::insert(row).on_conflict_do_nothing().exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Whether a token was revoked.
    pub async fn contains(&self, jti: &str) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(jti).only(&self.0).await?.is_some())
    }
}

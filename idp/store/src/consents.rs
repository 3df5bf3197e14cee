//! What users agreed to give to whom.

use countersign_core::ids::ProfileId;
use countersign_core::oauth::scope::Scope;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::entities::consents::{ActiveModel, Column, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of consents.
pub struct Consents<'a>(Connection<'a>);

impl<'a> Consents<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Everything that a user agreed to give to a client. A scope that this house no longer knows is not given.
    pub async fn find(&self, profile: &ProfileId, client_id: &str) -> Result<Scope, StoreError> {
        let key = (profile.as_str().to_owned(), client_id.to_owned());
        let row = Entity::find_by_id(key).only(&self.0).await?;
        row.map_or(Ok(Scope::empty()), |row| {
            Scope::parse_known(&row.scope).map_err(|error| StoreError::unreadable("consents", error))
        })
    }

    /// Keeps what a user agreed to give to a client, in place of what was kept before.
    pub async fn save(
        &self,
        profile: &ProfileId,
        client_id: &str,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            profile_id: Set(profile.as_str().to_owned()),
            client_id: Set(client_id.to_owned()),
            scope: Set(scope.to_string()),
            granted_at: Set(to_millis(now)),
        };
        let replace = OnConflict::columns([Column::ProfileId, Column::ClientId])
            .update_columns([Column::Scope, Column::GrantedAt])
            .to_owned();
        Entity::insert(row).on_conflict(replace).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }
}

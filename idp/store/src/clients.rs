//! Clients. Nodes keep all of them in memory; a save tells them to look again.

use countersign_core::oauth::client::Client;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait as _, QueryOrder as _};

use crate::entities::clients::{ActiveModel, Column, Entity};
use crate::versions::{Versioned, Versions};
use crate::{StoreError, Tx};

/// The repository of clients.
pub struct Clients<'a>(crate::Connection<'a>);

impl<'a> Clients<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: crate::Connection<'a>) -> Self {
        Self(connection)
    }

    /// Every client.
    pub async fn all(&self) -> Result<Vec<Client>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::ClientId).all(self.0.executor()).await?;
        rows.into_iter()
            .map(|row| {
                serde_json::from_str(&row.metadata).map_err(|error| StoreError::unreadable("clients", error))
            })
            .collect()
    }

    /// Adds a client, or changes the one of the same `client_id`. An ill-formed one is refused.
    pub async fn save(tx: &Tx, client: &Client, now: Timestamp) -> Result<(), StoreError> {
        client.check().map_err(|problem| StoreError::IllFormedClient {
            client_id: client.client_id.clone(),
            problem,
        })?;
        let metadata =
            serde_json::to_string(client).map_err(|error| StoreError::unreadable("clients", error))?;
        let row = ActiveModel {
            client_id: Set(client.client_id.clone()),
            metadata: Set(metadata),
            created_at: Set(to_millis(now)),
            updated_at: Set(to_millis(now)),
            version: Set(1),
        };
        let conflict = OnConflict::column(Column::ClientId)
            .update_columns([Column::Metadata, Column::UpdatedAt])
            .value(Column::Version, Expr::col((Entity, Column::Version)).add(1))
            .to_owned();
        let connection = tx.connection();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(connection.executor()).await?;
        Versions::on(tx.connection()).bump(Versioned::Clients).await
    }

    /// Removes a client.
    pub async fn remove(tx: &Tx, client_id: &str) -> Result<(), StoreError> {
        Entity::delete_by_id(client_id).exec(tx.connection().executor()).await?;
        Versions::on(tx.connection()).bump(Versioned::Clients).await
    }
}

#[cfg(test)]
mod tests;

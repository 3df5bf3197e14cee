//! Clients. Nodes keep all of them in memory; a save tells them to look again.

use countersign_core::oauth::client::Client;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, TryInsertResult,
};

use crate::entities::clients::{ActiveModel, Column, Entity, Model};
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
        Ok(self.stored().await?.into_iter().map(|stored| stored.client).collect())
    }

    /// Every client, with what is kept beside its metadata, by `client_id`.
    pub async fn stored(&self) -> Result<Vec<StoredClient>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::ClientId).all(self.0.executor()).await?;
        rows.into_iter().map(read).collect()
    }

    /// One client.
    pub async fn find(&self, client_id: &str) -> Result<Option<StoredClient>, StoreError> {
        let row = Entity::find_by_id(client_id).one(self.0.executor()).await?;
        row.map(read).transpose()
    }

    /// Adds a client; false where there is one of that `client_id`. An ill-formed one is refused.
    pub async fn add(tx: &Tx, client: &Client, now: Timestamp) -> Result<bool, StoreError> {
        let row = row(client, now)?;
        let connection = tx.connection();
        let insert = Entity::insert(row).on_conflict_do_nothing();
        let inserted = insert.exec_without_returning(connection.executor()).await?;
        if !matches!(inserted, TryInsertResult::Inserted(1)) {
            return Ok(false);
        }
        drop(connection);
        Versions::on(tx.connection()).bump(Versioned::Clients).await?;
        Ok(true)
    }

    /// Puts a client in the place of its version `base`; false where that is gone. An ill-formed one is refused.
    pub async fn replace(tx: &Tx, client: &Client, base: i64, now: Timestamp) -> Result<bool, StoreError> {
        let ActiveModel { metadata, updated_at, .. } = row(client, now)?;
        let update = Entity::update_many()
            .set(ActiveModel { metadata, updated_at, version: Set(base + 1), ..ActiveModel::default() })
            .filter(Column::ClientId.eq(client.client_id.as_str()))
            .filter(Column::Version.eq(base));
        let connection = tx.connection();
        if update.exec(connection.executor()).await?.rows_affected != 1 {
            return Ok(false);
        }
        drop(connection);
        Versions::on(tx.connection()).bump(Versioned::Clients).await?;
        Ok(true)
    }

    /// Removes a client in its version `base`; false where that is gone.
    pub async fn remove(tx: &Tx, client_id: &str, base: i64) -> Result<bool, StoreError> {
        let delete =
            Entity::delete_many().filter(Column::ClientId.eq(client_id)).filter(Column::Version.eq(base));
        let connection = tx.connection();
        if delete.exec(connection.executor()).await?.rows_affected != 1 {
            return Ok(false);
        }
        drop(connection);
        Versions::on(tx.connection()).bump(Versioned::Clients).await?;
        Ok(true)
    }

    /// Adds a client, or changes the one of the same `client_id`, whatever its version: for a seed. An ill-formed one is
    /// refused.
    pub async fn save(tx: &Tx, client: &Client, now: Timestamp) -> Result<(), StoreError> {
        let row = row(client, now)?;
        let conflict = OnConflict::column(Column::ClientId)
            .update_columns([Column::Metadata, Column::UpdatedAt])
            .value(Column::Version, Expr::col((Entity, Column::Version)).add(1))
            .to_owned();
        let connection = tx.connection();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(connection.executor()).await?;
        drop(connection);
        Versions::on(tx.connection()).bump(Versioned::Clients).await
    }
}

/// A client as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredClient {
    /// The client.
    pub client: Client,
    /// How often it was written.
    pub version: i64,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// Since when it is as it is.
    pub updated_at: Timestamp,
}

fn row(client: &Client, now: Timestamp) -> Result<ActiveModel, StoreError> {
    client
        .check()
        .map_err(|problem| StoreError::IllFormedClient { client_id: client.client_id.clone(), problem })?;
    let metadata = serde_json::to_string(client).map_err(unreadable)?;
    Ok(ActiveModel {
        client_id: Set(client.client_id.clone()),
        metadata: Set(metadata),
        created_at: Set(to_millis(now)),
        updated_at: Set(to_millis(now)),
        version: Set(1),
    })
}

fn read(row: Model) -> Result<StoredClient, StoreError> {
    let Model { metadata, version, .. } = row;
    Ok(StoredClient {
        client: serde_json::from_str(&metadata).map_err(unreadable)?,
        version,
        created_at: from_millis(row.created_at),
        updated_at: from_millis(row.updated_at),
    })
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("clients", error)
}

#[cfg(test)]
mod tests;

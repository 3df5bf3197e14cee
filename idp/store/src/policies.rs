//! Policies that requests have changed. Nodes keep all of them in memory; a change tells them to look again.

use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, TryInsertResult,
};
use serde_json::Value;

use crate::entities::policies::{ActiveModel, Column, Entity, Model};
use crate::versions::{Versioned, Versions};
use crate::{Connection, StoreError, Tx};

/// A policy that was changed at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPolicy {
    /// Which, dotted.
    pub name: String,
    /// Its value; none, where it has gone back to the configuration.
    pub value: Option<Value>,
    /// Since when.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// The repository of policies.
pub struct Policies<'a>(Connection<'a>);

impl<'a> Policies<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Every policy that was ever changed, by name.
    pub async fn all(&self) -> Result<Vec<StoredPolicy>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::Name).all(self.0.executor()).await?;
        rows.into_iter().map(read).collect()
    }

    /// Gives a policy a value, or takes it back, in place of version `base` (0 where there is none); false where that is
    /// not what there is.
    pub async fn put(
        tx: &Tx,
        name: &str,
        value: Option<&Value>,
        base: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = ActiveModel {
            name: Set(name.to_owned()),
            value: Set(value.map(ToString::to_string)),
            updated_at: Set(to_millis(now)),
            version: Set(base + 1),
        };
        let connection = tx.connection();
        let done = if base == 0 {
            let insert = Entity::insert(row).on_conflict_do_nothing();
            let inserted = insert.exec_without_returning(connection.executor()).await?;
            matches!(inserted, TryInsertResult::Inserted(1))
        } else {
            let update =
                Entity::update_many().set(row).filter(Column::Name.eq(name)).filter(Column::Version.eq(base));
            update.exec(connection.executor()).await?.rows_affected == 1
        };
        drop(connection);
        if done {
            Versions::on(tx.connection()).bump(Versioned::Policies).await?;
        }
        Ok(done)
    }
}

fn read(row: Model) -> Result<StoredPolicy, StoreError> {
    let value = row.value.as_deref().map(serde_json::from_str).transpose();
    Ok(StoredPolicy {
        name: row.name,
        value: value.map_err(|error| StoreError::unreadable("policies", error))?,
        updated_at: from_millis(row.updated_at),
        version: row.version,
    })
}

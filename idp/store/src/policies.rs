//! Documents that the house has decided on. Nodes keep them in memory; a save tells them to look again.

use countersign_core::directory::policy::DirectoryPolicy;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::entities::policies::{ActiveModel, Column, Entity};
use crate::versions::{Versioned, Versions};
use crate::{Connection, StoreError, Tx};

/// The repository of policies.
pub struct Policies<'a>(Connection<'a>);

const DIRECTORY: &str = "directory";

impl<'a> Policies<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// The directory's policy and its version; the one that the software comes with, and 0, before the first decision.
    pub async fn directory(&self) -> Result<(DirectoryPolicy, i64), StoreError> {
        let Some(row) = Entity::find_by_id(DIRECTORY).one(self.0.executor()).await? else {
            return Ok((DirectoryPolicy::default(), 0));
        };
        let policy = serde_json::from_str(&row.document);
        Ok((policy.map_err(|error| StoreError::unreadable("policies", error))?, row.version))
    }

    /// Puts a policy in the place of version `base`. False when there is another by now.
    pub async fn save_directory(
        tx: &Tx,
        policy: &DirectoryPolicy,
        base: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let document =
            serde_json::to_string(policy).map_err(|error| StoreError::unreadable("policies", error))?;
        let connection = tx.connection();
        let saved = if base == 0 {
            let row = ActiveModel {
                name: Set(DIRECTORY.to_owned()),
                document: Set(document),
                updated_at: Set(to_millis(now)),
                version: Set(1),
            };
            let insert = Entity::insert(row).on_conflict_do_nothing();
            let inserted = insert.exec_without_returning(connection.executor()).await?;
            matches!(inserted, TryInsertResult::Inserted(1))
        } else {
            let update = Entity::update_many()
                .col_expr(Column::Document, Expr::value(document))
                .col_expr(Column::UpdatedAt, Expr::value(to_millis(now)))
                .col_expr(Column::Version, Expr::value(base + 1))
                .filter(Column::Name.eq(DIRECTORY))
                .filter(Column::Version.eq(base));
            update.exec(connection.executor()).await?.rows_affected == 1
        };
        if saved {
            Versions::on(tx.connection()).bump(Versioned::Policies).await?;
        }
        Ok(saved)
    }
}

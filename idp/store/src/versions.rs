//! Numbers that change when what nodes keep in memory has changed.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::entities::versions::{ActiveModel, Column, Entity};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// Something that every node keeps in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioned {
    /// The clients.
    Clients,
    /// The signing keys.
    SigningKeys,
    /// Policies that requests have changed.
    Policies,
}

impl Versioned {
    fn name(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::SigningKeys => "signing_keys",
            Self::Policies => "policies",
        }
    }
}

/// The repository of versions.
pub struct Versions<'a>(Connection<'a>);

impl<'a> Versions<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// The present number; 0 before the first change.
    pub async fn get(&self, what: Versioned) -> Result<i64, StoreError> {
        let row = Entity::find_by_id(what.name()).only(&self.0).await?;
        Ok(row.map_or(0, |row| row.version))
    }

    /// Says that something has changed.
    pub async fn bump(&self, what: Versioned) -> Result<(), StoreError> {
        let next = Expr::col((Entity, Column::Version)).add(1);
        let row = ActiveModel { name: Set(what.name().to_owned()), version: Set(1) };
        let conflict = OnConflict::column(Column::Name).value(Column::Version, next).to_owned();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Says that something is about to change, if nobody else has said so since `seen`: of several nodes that saw the
    /// same number, one is told yes.
    pub async fn advance_from(&self, what: Versioned, seen: i64) -> Result<bool, StoreError> {
        if seen == 0 {
            let row = ActiveModel { name: Set(what.name().to_owned()), version: Set(1) };
            let insert = Entity::insert(row).on_conflict_do_nothing();
            let inserted = insert.exec_without_returning(self.0.executor()).await?;
            return Ok(matches!(inserted, TryInsertResult::Inserted(1)));
        }
        let update = Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Name.eq(what.name()))
            .filter(Column::Version.eq(seen));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

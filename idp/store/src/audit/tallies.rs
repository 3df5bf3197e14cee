//! Strangers' failures, counted by hour, network and kind until their hour is over.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::audit_tallies::{ActiveModel, Column, Entity};
use crate::{Connection, StoreError};

/// How often strangers of one network failed in one way within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The hour, counted from the epoch.
    pub hour: i64,
    /// The network.
    pub source: String,
    /// The way.
    pub kind: String,
    /// How often.
    pub count: i64,
}

/// The repository of tallies.
pub struct AuditTallies<'a>(Connection<'a>);

impl<'a> AuditTallies<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds to what is counted.
    pub async fn add(&self, tally: &Tally) -> Result<(), StoreError> {
        let row = ActiveModel {
            hour: Set(tally.hour),
            source: Set(tally.source.clone()),
            kind: Set(tally.kind.clone()),
            count: Set(tally.count),
        };
        let sum = Expr::col((Entity, Column::Count)).add(tally.count);
        let conflict = OnConflict::columns([Column::Hour, Column::Source, Column::Kind])
            .value(Column::Count, sum)
            .to_owned();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Up to `limit` tallies of hours before `hour`.
    pub async fn before(&self, hour: i64, limit: u64) -> Result<Vec<Tally>, StoreError> {
        let query = Entity::find().filter(Column::Hour.lt(hour));
        let ordered =
            query.order_by_asc(Column::Hour).order_by_asc(Column::Source).order_by_asc(Column::Kind);
        let rows = ordered.limit(limit).all(self.0.executor()).await?;
        let tally = |row: crate::entities::audit_tallies::Model| Tally {
            hour: row.hour,
            source: row.source,
            kind: row.kind,
            count: row.count,
        };
        Ok(rows.into_iter().map(tally).collect())
    }

    /// Takes a tally out, if it is still what was read; says whether.
    pub async fn take(&self, tally: &Tally) -> Result<bool, StoreError> {
        let delete = Entity::delete_many()
            .filter(Column::Hour.eq(tally.hour))
            .filter(Column::Source.eq(tally.source.as_str()))
            .filter(Column::Kind.eq(tally.kind.as_str()))
            .filter(Column::Count.eq(tally.count));
        Ok(delete.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

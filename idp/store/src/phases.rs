//! Where each clearing house stands in the migration, what is planned, and the moves.
//!
//! Each write is conditional on the version that was looked at; of two nodes that carry out a move whose time has come,
//! one does.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{HouseStand, PendingMove};
use countersign_core::directory::phase::Phase;
use countersign_core::ids::RequestId;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult, UpdateMany,
};

use crate::entities::phase_dates;
use crate::entities::phases::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// The phase of every clearing house that has one. The exchange has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentPhases(BTreeMap<ClearingHouse, Phase>);

impl CurrentPhases {
    /// The phase of a house. One that was never told where it stands has not begun.
    #[must_use]
    pub fn of(&self, house: ClearingHouse) -> Phase {
        self.0.get(&house).copied().unwrap_or(Phase::PreParallel)
    }
}

impl FromIterator<(ClearingHouse, Phase)> for CurrentPhases {
    fn from_iter<I: IntoIterator<Item = (ClearingHouse, Phase)>>(phases: I) -> Self {
        Self(phases.into_iter().collect())
    }
}

/// The repository of phases.
pub struct Phases<'a>(Connection<'a>);

impl<'a> Phases<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Where every house stands.
    pub async fn current(&self) -> Result<CurrentPhases, StoreError> {
        let rows = Entity::find().all(self.0.executor()).await?;
        let parsed = rows.into_iter().map(|row| {
            let house = row.clearing_house.parse().map_err(unreadable)?;
            let phase = row.phase.parse().map_err(unreadable)?;
            Ok((house, phase))
        });
        parsed.collect()
    }

    /// Where a house stands, and what is planned.
    pub async fn stand(&self, house: ClearingHouse) -> Result<HouseStand, StoreError> {
        let row = Entity::find_by_id(house.as_str()).one(self.0.executor()).await?;
        let mut stand = row.map_or_else(|| Ok(HouseStand::not_begun(house)), |row| read(house, row))?;
        let dates = phase_dates::Entity::find()
            .filter(phase_dates::Column::ClearingHouse.eq(house.as_str()))
            .all(self.0.executor())
            .await?;
        for date in dates {
            let phase = date.phase.parse().map_err(unreadable)?;
            let day: NaiveDate = date.day.parse().map_err(unreadable)?;
            stand.scheduled.insert(phase, day);
        }
        Ok(stand)
    }

    /// The houses with a move whose time has come.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<ClearingHouse>, StoreError> {
        let rows = Entity::find()
            .filter(Column::NextPhaseAt.lte(to_millis(now)))
            .filter(Column::NextPhase.is_not_null())
            .all(self.0.executor())
            .await?;
        rows.iter().map(|row| row.clearing_house.parse().map_err(unreadable)).collect()
    }

    /// Says where a house stands from now on: for whatever sets an installation up.
    pub async fn set(&self, house: ClearingHouse, phase: Phase, now: Timestamp) -> Result<(), StoreError> {
        let next = Expr::col((Entity, Column::Version)).add(1);
        let conflict = OnConflict::column(Column::ClearingHouse)
            .update_columns([
                Column::Phase,
                Column::NextPhase,
                Column::NextPhaseAt,
                Column::NextDryRun,
                Column::NextRequest,
                Column::ChangedAt,
            ])
            .value(Column::Version, next)
            .to_owned();
        let row = first(house, phase, now);
        Entity::insert(row).on_conflict(conflict).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Moves a house of version `base` to `phase`, and forgets a move that waited. False when it has another version.
    pub async fn move_to(
        &self,
        house: ClearingHouse,
        base: i64,
        phase: Phase,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.touch(house, base, now).await? {
            return Ok(false);
        }
        let update = Entity::update_many()
            .col_expr(Column::Phase, Expr::value(phase.as_str()))
            .col_expr(Column::ChangedAt, Expr::value(to_millis(now)))
            .filter(Column::ClearingHouse.eq(house.as_str()));
        forgetting(update).exec(self.0.executor()).await?;
        Ok(true)
    }

    /// Writes down a move that waits for its time, in place of another that waited; with none, forgets that one. False
    /// when the house has another version than `base`.
    pub async fn plan(
        &self,
        house: ClearingHouse,
        base: i64,
        pending: Option<&PendingMove>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.touch(house, base, now).await? {
            return Ok(false);
        }
        let update = Entity::update_many().filter(Column::ClearingHouse.eq(house.as_str()));
        let update = match pending {
            None => forgetting(update),
            Some(pending) => update
                .col_expr(Column::NextPhase, Expr::value(pending.to.as_str()))
                .col_expr(Column::NextPhaseAt, Expr::value(to_millis(pending.at)))
                .col_expr(Column::NextDryRun, Expr::value(pending.dry_run.as_ref().map(ToString::to_string)))
                .col_expr(Column::NextRequest, Expr::value(pending.request.as_str())),
        };
        update.exec(self.0.executor()).await?;
        Ok(true)
    }

    /// Sets or removes the day on which `phase` is meant to begin. False when the house has another version than `base`.
    pub async fn schedule(
        &self,
        house: ClearingHouse,
        base: i64,
        phase: Phase,
        day: Option<NaiveDate>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        use phase_dates::Column;
        if !self.touch(house, base, now).await? {
            return Ok(false);
        }
        phase_dates::Entity::delete_many()
            .filter(Column::ClearingHouse.eq(house.as_str()))
            .filter(Column::Phase.eq(phase.as_str()))
            .exec(self.0.executor())
            .await?;
        if let Some(day) = day {
            let row = phase_dates::ActiveModel {
                clearing_house: Set(house.as_str().to_owned()),
                phase: Set(phase.as_str().to_owned()),
                day: Set(day.to_string()),
            };
            phase_dates::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        }
        Ok(true)
    }

    /// Counts a change of a house of version `base`, which may not be there yet; whoever comes second is told no.
    async fn touch(&self, house: ClearingHouse, base: i64, now: Timestamp) -> Result<bool, StoreError> {
        if base == 0 {
            let insert = Entity::insert(first(house, Phase::PreParallel, now)).on_conflict_do_nothing();
            let inserted = insert.exec_without_returning(self.0.executor()).await?;
            return Ok(matches!(inserted, TryInsertResult::Inserted(1)));
        }
        let update = Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::ClearingHouse.eq(house.as_str()))
            .filter(Column::Version.eq(base));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn first(house: ClearingHouse, phase: Phase, now: Timestamp) -> ActiveModel {
    ActiveModel {
        clearing_house: Set(house.as_str().to_owned()),
        phase: Set(phase.as_str().to_owned()),
        next_phase: Set(None),
        next_phase_at: Set(None),
        next_dry_run: Set(None),
        next_request: Set(None),
        changed_at: Set(to_millis(now)),
        version: Set(1),
    }
}

fn forgetting(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::NextPhase, Expr::value(None::<String>))
        .col_expr(Column::NextPhaseAt, Expr::value(None::<i64>))
        .col_expr(Column::NextDryRun, Expr::value(None::<String>))
        .col_expr(Column::NextRequest, Expr::value(None::<String>))
}

fn read(house: ClearingHouse, row: Model) -> Result<HouseStand, StoreError> {
    let pending = match (row.next_phase, row.next_phase_at, row.next_request) {
        (Some(to), Some(at), Some(request)) => Some(PendingMove {
            to: to.parse().map_err(unreadable)?,
            at: from_millis(at),
            dry_run: row.next_dry_run.map(|hash| hash.parse()).transpose().map_err(unreadable)?,
            request: RequestId::from_stored(request),
        }),
        _ => None,
    };
    Ok(HouseStand {
        clearing_house: house,
        phase: row.phase.parse().map_err(unreadable)?,
        since: Some(from_millis(row.changed_at)),
        scheduled: BTreeMap::new(),
        pending,
        version: row.version,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("phases", reason)
}

//! Where each clearing house stands in the migration.

use std::collections::BTreeMap;

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::entities::phases::{ActiveModel, Column, Entity};
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
            let house =
                row.clearing_house.parse().map_err(|error| StoreError::unreadable("phases", error))?;
            let phase = row.phase.parse().map_err(|error| StoreError::unreadable("phases", error))?;
            Ok((house, phase))
        });
        parsed.collect()
    }

    /// Says where a house stands from now on.
    pub async fn set(&self, house: ClearingHouse, phase: Phase, now: Timestamp) -> Result<(), StoreError> {
        let row = ActiveModel {
            clearing_house: Set(house.as_str().to_owned()),
            phase: Set(phase.as_str().to_owned()),
            next_phase_at: Set(None),
            changed_at: Set(to_millis(now)),
        };
        let conflict = OnConflict::column(Column::ClearingHouse)
            .update_columns([Column::Phase, Column::NextPhaseAt, Column::ChangedAt])
            .to_owned();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }
}

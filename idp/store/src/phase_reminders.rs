//! Which participants were reminded of a scheduled phase. A reminder is claimed by its row, in the transaction of its mails:
//! of several nodes one sends it.

use std::collections::BTreeSet;

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::phase::Phase;
use countersign_core::ids::ParticipantKey;
use countersign_core::{Timestamp, to_millis};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, TryInsertResult,
};

use crate::entities::phase_reminders::{ActiveModel, Column, Entity};
use crate::{Connection, StoreError};

/// The repository of reminders.
pub struct PhaseReminders<'a>(Connection<'a>);

impl<'a> PhaseReminders<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Who was reminded in a period, of those of a house.
    pub async fn reminded(
        &self,
        house: ClearingHouse,
        phase: Phase,
        period: &str,
    ) -> Result<BTreeSet<ParticipantKey>, StoreError> {
        let rows: Vec<String> = Entity::find()
            .select_only()
            .column(Column::ParticipantId)
            .filter(Column::ClearingHouse.eq(house.as_str()))
            .filter(Column::Phase.eq(phase.as_str()))
            .filter(Column::Period.eq(period))
            .into_tuple()
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(ParticipantKey::from_stored).collect())
    }

    /// Notes that a participant is reminded in a period. False when it was.
    pub async fn claim(
        &self,
        house: ClearingHouse,
        participant: &ParticipantKey,
        phase: Phase,
        period: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = ActiveModel {
            participant_id: Set(participant.as_str().to_owned()),
            phase: Set(phase.as_str().to_owned()),
            period: Set(period.to_owned()),
            clearing_house: Set(house.as_str().to_owned()),
            at: Set(to_millis(now)),
        };
        let insert = Entity::insert(row).on_conflict_do_nothing();
        let inserted = insert.exec_without_returning(self.0.executor()).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }
}

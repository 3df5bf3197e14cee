//! Participants of the clearing houses, and the settlement agents they appoint.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode};
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entities::{appointments, participants};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of participants.
pub struct Participants<'a>(Connection<'a>);

impl<'a> Participants<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds a participant, in its first version.
    pub async fn add(&self, participant: &Participant, now: Timestamp) -> Result<(), StoreError> {
        let row = participants::ActiveModel {
            id: Set(participant.key.as_str().to_owned()),
            clearing_house: Set(participant.clearing_house.as_str().to_owned()),
            participant: Set(participant.participant.to_string()),
            kind: Set(participant.kind.as_str().to_owned()),
            name: Set(participant.name.to_string()),
            customer_codes: Set(codes(participant)?),
            sole_administrator: Set(participant.sole_administrator.as_ref().map(ToString::to_string)),
            closed_at: Set(participant.closed_at.map(to_millis)),
            created_at: Set(to_millis(now)),
            updated_at: Set(to_millis(now)),
            version: Set(1),
        };
        participants::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Writes what may change of a participant, unless it is no longer in the version that was read; says whether it
    /// did. House and participant ID stay what they are.
    pub async fn save(&self, participant: &Participant, now: Timestamp) -> Result<bool, StoreError> {
        use participants::Column;
        let sole = participant.sole_administrator.as_ref().map(ToString::to_string);
        let update = participants::Entity::update_many()
            .col_expr(Column::Kind, Expr::value(participant.kind.as_str()))
            .col_expr(Column::Name, Expr::value(participant.name.as_str()))
            .col_expr(Column::CustomerCodes, Expr::value(codes(participant)?))
            .col_expr(Column::SoleAdministrator, Expr::value(sole))
            .col_expr(Column::ClosedAt, Expr::value(participant.closed_at.map(to_millis)))
            .col_expr(Column::UpdatedAt, Expr::value(to_millis(now)))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(participant.key.as_str()))
            .filter(Column::Version.eq(participant.version));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// The participant of that identifier.
    pub async fn get(&self, key: &ParticipantKey) -> Result<Option<Participant>, StoreError> {
        let row = participants::Entity::find_by_id(key.as_str()).only(&self.0).await?;
        row.map(read).transpose()
    }

    /// Those of these identifiers, which nobody closes or changes, nor appoints or dismisses an agent of, until this
    /// transaction has ended. What changes people holds their participants so.
    pub async fn hold(
        &self,
        keys: &BTreeSet<ParticipantKey>,
    ) -> Result<BTreeMap<ParticipantKey, Participant>, StoreError> {
        self.locked(Some(keys), LockType::Share).await
    }

    /// Those of these identifiers, for this transaction alone: nobody else changes them or their people until it has
    /// ended.
    pub async fn take(
        &self,
        keys: &BTreeSet<ParticipantKey>,
    ) -> Result<BTreeMap<ParticipantKey, Participant>, StoreError> {
        self.locked(Some(keys), LockType::NoKeyUpdate).await
    }

    /// Every participant, for this transaction alone: of two who change participants at once, one waits. Who was added
    /// while this waited is seen by what is read afterwards.
    pub async fn take_all(&self) -> Result<(), StoreError> {
        self.locked(None, LockType::NoKeyUpdate).await.map(|_| ())
    }

    /// Always in one order, so that nobody waits in a circle.
    async fn locked(
        &self,
        keys: Option<&BTreeSet<ParticipantKey>>,
        lock: LockType,
    ) -> Result<BTreeMap<ParticipantKey, Participant>, StoreError> {
        use participants::Column;
        let named = keys.map(|keys| Column::Id.is_in(keys.iter().map(ParticipantKey::as_str)));
        let query = participants::Entity::find()
            .filter(Condition::all().add_option(named))
            .order_by_asc(Column::Id)
            .lock(lock);
        let rows = query.all(self.0.executor()).await?;
        rows.into_iter().map(|row| read(row).map(|found| (found.key.clone(), found))).collect()
    }

    /// Those of these identifiers.
    pub async fn get_all(
        &self,
        keys: &BTreeSet<ParticipantKey>,
    ) -> Result<BTreeMap<ParticipantKey, Participant>, StoreError> {
        let query = participants::Entity::find()
            .filter(participants::Column::Id.is_in(keys.iter().map(ParticipantKey::as_str)));
        let rows = query.all(self.0.executor()).await?;
        rows.into_iter().map(|row| read(row).map(|found| (found.key.clone(), found))).collect()
    }

    /// The participant of that ID in that house.
    pub async fn find(
        &self,
        house: ClearingHouse,
        participant: &str,
    ) -> Result<Option<Participant>, StoreError> {
        let named = participants::Entity::find()
            .filter(participants::Column::ClearingHouse.eq(house.as_str()))
            .filter(participants::Column::Participant.eq(participant));
        named.only(&self.0).await?.map(read).transpose()
    }

    /// Those that `scope` may see.
    pub async fn within(&self, scope: &Scope) -> Result<Vec<Participant>, StoreError> {
        let own = scope.participant().map(|own| participants::Column::Id.eq(own.as_str()));
        let rows = participants::Entity::find()
            .filter(Condition::all().add_option(own))
            .order_by_asc(participants::Column::ClearingHouse)
            .order_by_asc(participants::Column::Participant)
            .all(self.0.executor())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Participant IDs of the settlement agents that those whom `scope` may see appoint now.
    pub async fn agents(&self, scope: &Scope) -> Result<BTreeMap<ParticipantKey, Vec<String>>, StoreError> {
        let own = scope.participant().map(|own| appointments::Column::PrincipalId.eq(own.as_str()));
        let rows = appointments::Entity::find()
            .filter(appointments::Column::EndedAt.is_null())
            .filter(Condition::all().add_option(own))
            .find_also_related(participants::Entity)
            .all(self.0.executor())
            .await?;
        let mut agents: BTreeMap<ParticipantKey, Vec<String>> = BTreeMap::new();
        for (appointment, agent) in rows {
            let principal = ParticipantKey::from_stored(appointment.principal_id);
            agents.entry(principal).or_default().extend(agent.map(|agent| agent.participant));
        }
        Ok(agents)
    }
}

fn codes(participant: &Participant) -> Result<String, StoreError> {
    serde_json::to_string(&participant.customer_codes).map_err(unreadable)
}

pub(crate) fn read(row: participants::Model) -> Result<Participant, StoreError> {
    let house: ClearingHouse = row.clearing_house.parse().map_err(unreadable)?;
    let code = |code: &String| ParticipantCode::parse(house, code).map_err(unreadable);
    let customer_codes: Vec<String> = serde_json::from_str(&row.customer_codes).map_err(unreadable)?;
    Ok(Participant {
        key: ParticipantKey::from_stored(row.id),
        clearing_house: house,
        participant: code(&row.participant)?,
        kind: row.kind.parse().map_err(unreadable)?,
        name: Label::parse(&row.name).map_err(unreadable)?,
        customer_codes: customer_codes.iter().map(code).collect::<Result<_, _>>()?,
        sole_administrator: row.sole_administrator.map(ProfileId::from_stored),
        closed_at: row.closed_at.map(from_millis),
        version: row.version,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("participants", reason)
}

#[cfg(test)]
mod tests;

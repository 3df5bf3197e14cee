//! Participants of the clearing houses, and the settlement agents they appoint.

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::ids::ParticipantKey;
use countersign_core::{Timestamp, to_millis};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::{appointments, participants};
use crate::{Connection, StoreError};

/// A participant, or a settlement agent.
#[derive(Clone, Debug)]
pub struct Participant {
    /// Its own identifier.
    pub key: ParticipantKey,
    /// Whose.
    pub clearing_house: ClearingHouse,
    /// Participant ID, as in user IDs of administrators and in claims.
    pub participant: String,
    /// `CP`, `DB`, `SA` (settlement agent) or `EX` (the exchange).
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Codes in the user IDs of its business users.
    pub customer_codes: Vec<String>,
}

/// The repository of participants.
pub struct Participants<'a>(Connection<'a>);

impl<'a> Participants<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds a participant.
    pub async fn add(&self, participant: &Participant, now: Timestamp) -> Result<(), StoreError> {
        let codes = serde_json::to_string(&participant.customer_codes).map_err(unreadable)?;
        let row = participants::ActiveModel {
            id: Set(participant.key.as_str().to_owned()),
            clearing_house: Set(participant.clearing_house.as_str().to_owned()),
            participant: Set(participant.participant.clone()),
            kind: Set(participant.kind.clone()),
            name: Set(participant.name.clone()),
            customer_codes: Set(codes),
            created_at: Set(to_millis(now)),
            updated_at: Set(to_millis(now)),
            version: Set(1),
        };
        participants::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
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
        named.one(self.0.executor()).await?.map(read).transpose()
    }

    /// Appoints `agent` to act for `principal`.
    pub async fn appoint(
        &self,
        principal: &ParticipantKey,
        agent: &ParticipantKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = appointments::ActiveModel {
            principal_id: Set(principal.as_str().to_owned()),
            agent_id: Set(agent.as_str().to_owned()),
            created_at: Set(to_millis(now)),
            ended_at: Set(None),
        };
        appointments::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }
}

pub(crate) fn read(row: participants::Model) -> Result<Participant, StoreError> {
    Ok(Participant {
        key: ParticipantKey::from_stored(row.id),
        clearing_house: row.clearing_house.parse().map_err(unreadable)?,
        participant: row.participant,
        kind: row.kind,
        name: row.name,
        customer_codes: serde_json::from_str(&row.customer_codes).map_err(unreadable)?,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("participants", reason)
}

//! Participants, and how far the people of each are in the migration.

use std::collections::BTreeMap;

use countersign_core::directory::actor::Scope;
use countersign_core::directory::appointment::Appointment;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::directory::participant::Participant;
use countersign_core::directory::phase::Phase;
use countersign_core::ids::ProfileId;
use countersign_store::{
    Appointments, Directory, ParticipantListing, Participants, Phases, Progress, StoreError,
};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;

/// A participant as it is found.
pub use countersign_core::directory::participant::Participant as Found;

/// What the cursors of these listings are like.
#[must_use]
pub fn cursors() -> Kind {
    Kind { of: "participants".to_owned(), by_time: false }
}

/// At most `limit` participants in scope, of one house or of all, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    house: Option<ClearingHouse>,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<Participant>, StoreError> {
    let listing = ParticipantListing::on(services.store.read());
    let found = listing.page(scope, house, after.as_ref(), one_more(limit)).await?;
    let placed = found.into_iter().map(|participant| {
        let key = SortKey::Text(participant.clearing_house.as_str().to_owned());
        let at = Position { key, tie: participant.participant.to_string() };
        (participant, at)
    });
    Ok(Paged::of(placed.collect(), limit))
}

/// How many participants there are on all pages.
pub async fn count(
    services: &Services,
    scope: &Scope,
    house: Option<ClearingHouse>,
) -> Result<u64, StoreError> {
    ParticipantListing::on(services.store.read()).count(scope, house).await
}

/// A participant, and how far its people are.
#[derive(Clone, Debug)]
pub struct ParticipantProgress {
    /// The participant.
    pub participant: Participant,
    /// The phase of its house; none for the exchange, whose people have always used two factors.
    pub phase: Option<Phase>,
    /// How far its people are.
    pub progress: Progress,
}

/// The user IDs of the administrators who sign for both, of these participants that have one.
pub async fn sole_administrators(
    services: &Services,
    scope: &Scope,
    participants: &[Participant],
) -> Result<BTreeMap<ProfileId, String>, StoreError> {
    let ids: Vec<_> = participants.iter().filter_map(|it| it.sole_administrator.clone()).collect();
    Directory::on(services.store.read()).user_ids(scope, &ids).await
}

/// An appointment, and the two parties to it.
#[derive(Clone, Debug)]
pub struct Appointed {
    /// The appointment.
    pub appointment: Appointment,
    /// Who is acted for.
    pub principal: Participant,
    /// Who acts.
    pub agent: Participant,
}

/// The appointments that somebody in scope made or was given, by principal and agent.
pub async fn appointments(services: &Services, scope: &Scope) -> Result<Vec<Appointed>, StoreError> {
    let found = Appointments::on(services.store.read()).within(scope).await?;
    let parties = found.iter().flat_map(|it| [it.principal.clone(), it.agent.clone()]).collect();
    let parties = Participants::on(services.store.read()).get_all(&parties).await?;
    let appointed = found.into_iter().filter_map(|appointment| {
        let principal = parties.get(&appointment.principal)?.clone();
        let agent = parties.get(&appointment.agent)?.clone();
        Some(Appointed { appointment, principal, agent })
    });
    let mut appointed: Vec<_> = appointed.collect();
    let name = |it: &Participant| (it.clearing_house, it.participant.clone());
    appointed.sort_by_cached_key(|it| (name(&it.principal), name(&it.agent)));
    Ok(appointed)
}

/// The same participants, each with how far its people are.
pub async fn progress(
    services: &Services,
    scope: &Scope,
    house: Option<ClearingHouse>,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<ParticipantProgress>, StoreError> {
    let page = page(services, scope, house, after, limit).await?;
    let keys: Vec<_> = page.items.iter().map(|participant| participant.key.clone()).collect();
    let found = ParticipantListing::on(services.store.read()).progress(scope, &keys).await?;
    let phases = Phases::on(services.store.read()).current().await?;
    Ok(page.map(|participant| ParticipantProgress {
        progress: found.get(&participant.key).copied().unwrap_or_default(),
        phase: (participant.clearing_house != ClearingHouse::Exchange)
            .then(|| phases.of(participant.clearing_house)),
        participant,
    }))
}

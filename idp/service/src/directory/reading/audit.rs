//! The audit trail as its readers see it: newest first, in their scope alone, each record with whether it is what was
//! written.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::directory::actor::Scope;
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::directory::participant::Participant;
use countersign_core::ids::ParticipantKey;
use countersign_store::{Audit, AuditCursor, FoundRecord, Participants, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;
use crate::audit::proof;

/// Which records to find.
pub use countersign_store::AuditFilter;

/// A record that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record, and its place in the chain once it has one.
    pub found: FoundRecord,
    /// Whether its writer's proof holds: what it says is what Countersign wrote. Its place is another matter.
    pub authentic: bool,
    /// Whose record it is; none where it is the exchange's alone.
    pub participant: Option<Participant>,
}

/// What the cursors of the trail are like.
#[must_use]
pub fn cursors() -> Kind {
    Kind { of: "audit".to_owned(), by_time: true }
}

/// At most `limit` records in scope, newest first, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    filter: &AuditFilter,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<Found>, StoreError> {
    let after = after.and_then(cursor);
    let audit = Audit::on(services.store.read());
    let found = audit.search(scope, filter, after.as_ref(), one_more(limit)).await?;
    let placed = found.into_iter().map(|found| {
        let AuditCursor { at, id } = found.cursor();
        (found, Position { key: SortKey::Millis(at), tie: id })
    });
    let page = Paged::of(placed.collect(), limit);
    let participants = participants(services, &page.items).await?;
    Ok(page.map(|found| entry(services, &participants, found)))
}

/// How many records a search finds.
pub async fn count(services: &Services, scope: &Scope, filter: &AuditFilter) -> Result<u64, StoreError> {
    Audit::on(services.store.read()).count(scope, filter).await
}

/// One record, if it is in scope.
pub async fn find(services: &Services, scope: &Scope, id: &str) -> Result<Option<Found>, StoreError> {
    let found = Audit::on(services.store.read()).find(scope, id).await?;
    let participants = participants(services, found.as_slice()).await?;
    Ok(found.map(|found| entry(services, &participants, found)))
}

fn cursor(at: Position) -> Option<AuditCursor> {
    match at.key {
        SortKey::Millis(millis) => Some(AuditCursor { at: millis, id: at.tie }),
        SortKey::Text(_) => None,
    }
}

async fn participants(
    services: &Services,
    of: &[FoundRecord],
) -> Result<BTreeMap<ParticipantKey, Participant>, StoreError> {
    let keys = of.iter().filter_map(|found| found.record.participant_id.as_deref());
    let keys: BTreeSet<_> = keys.map(ParticipantKey::from_stored).collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    Participants::on(services.store.read()).get_all(&keys).await
}

fn entry(
    services: &Services,
    participants: &BTreeMap<ParticipantKey, Participant>,
    found: FoundRecord,
) -> Found {
    let owner = found.record.participant_id.as_deref().map(ParticipantKey::from_stored);
    Found {
        authentic: found.record.mac == proof(services, &found.record),
        participant: owner.and_then(|owner| participants.get(&owner).cloned()),
        found,
    }
}

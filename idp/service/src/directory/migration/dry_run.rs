//! The dry run: everyone of a house is looked at, and what the end of the parallel run would do to them is written down as
//! a list that does not change any more.
//!
//! Nothing is locked and no transaction is long: a list is written in batches, and can be found when all of it is there.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{FrozenList, ListHead};
use countersign_store::{FrozenLists, MigrationFacts, Participants};

use super::HOUSES;
use crate::Services;
use crate::login::{Fault, faults};

/// Lines written at once.
const AT_ONCE: usize = 500;

/// Why there was no dry run.
#[derive(Debug, thiserror::Error)]
pub enum DryRunError {
    /// Operators who make or check do that.
    #[error("may not make a dry run")]
    NotAllowed,
    /// The house has no phases.
    #[error("no such house")]
    NoSuchHouse,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(DryRunError);

/// Makes the dry run of a house in the name of `actor`. When nothing has changed for anybody since another, it is the same
/// list.
pub async fn make(services: &Services, actor: &Actor, house: ClearingHouse) -> Result<ListHead, DryRunError> {
    let acts = actor.holds(AccessLevel::Maker) || actor.holds(AccessLevel::Checker);
    if !actor.is_operator() || !acts {
        return Err(DryRunError::NotAllowed);
    }
    if !HOUSES.contains(&house) {
        return Err(DryRunError::NoSuchHouse);
    }
    let list = look(services, house).await?;
    let head = ListHead {
        hash: list.hash(),
        clearing_house: house,
        counts: list.counts,
        made_by: actor.user_id.clone(),
        made_at: services.now(),
    };
    let known = FrozenLists::on(services.store.read()).find(house, &head.hash).await?.is_some();
    let tx = services.store.begin().await?;
    FrozenLists::on(tx.connection()).begin(&head).await?;
    tx.commit().await?;
    if !known {
        write(services, &head, &list).await?;
    }
    Ok(head)
}

/// Looks at everyone, participant by participant, by participant ID and user ID.
async fn look(services: &Services, house: ClearingHouse) -> Result<FrozenList, DryRunError> {
    let now = services.now();
    let everything = Scope::of_the_installation();
    let participants = Participants::on(services.store.read()).within(&everything).await?;
    let mut list = FrozenList::of(house);
    for participant in participants.iter().filter(|participant| participant.clearing_house == house) {
        let people = MigrationFacts::on(services.store.read()).people(&participant.key, now).await?;
        list.add(&participant.key, participant.participant.as_str(), &people)?;
    }
    Ok(list)
}

async fn write(services: &Services, head: &ListHead, list: &FrozenList) -> Result<(), DryRunError> {
    for (number, lines) in list.lines.chunks(AT_ONCE).enumerate() {
        let tx = services.store.begin().await?;
        FrozenLists::on(tx.connection()).add(&head.hash, number * AT_ONCE, lines).await?;
        tx.commit().await?;
    }
    let tx = services.store.begin().await?;
    FrozenLists::on(tx.connection()).seal(&head.hash, services.now()).await?;
    Ok(tx.commit().await?)
}

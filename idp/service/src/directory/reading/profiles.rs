//! User profiles: the listing, page by page or whole, and the enquiry about one.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::listing::{Order, Position, ProfileFilter, ProfileSort};
use countersign_core::directory::phase::Phase;
use countersign_core::oauth::session::Session;
use countersign_store::{CurrentPhases, Phases, ProfileListing, Sessions, Sorted, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;

/// The directory could not be read.
pub use countersign_store::StoreError as ReadError;

/// A listing that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Which profiles.
    pub filter: ProfileFilter,
    /// Sorted by what.
    pub by: ProfileSort,
    /// Which way.
    pub order: Order,
}

impl Listing {
    /// What its cursors are like.
    #[must_use]
    pub fn cursors(&self) -> Kind {
        let of = format!("profiles by {} {}", self.by.as_str(), self.order.as_str());
        Kind { of, by_time: self.by == ProfileSort::LastLogin }
    }
}

/// At most `limit` profiles of those in scope, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    listing: &Listing,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<DirectoryEntry>, StoreError> {
    let sorted = Sorted { by: listing.by, order: listing.order, after };
    let profiles = ProfileListing::on(services.store.read());
    let found = profiles.page(scope, &listing.filter, &sorted, one_more(limit)).await?;
    let paged = Paged::of(found, limit);
    let phases = Phases::on(services.store.read()).current().await?;
    Ok(paged.map(|entry| as_of(entry, &phases)))
}

/// How many profiles a listing holds.
pub async fn count(services: &Services, scope: &Scope, filter: &ProfileFilter) -> Result<u64, StoreError> {
    ProfileListing::on(services.store.read()).count(scope, filter).await
}

/// One profile, if it is in scope. One that is not is not there.
pub async fn find(
    services: &Services,
    scope: &Scope,
    user_id: &str,
) -> Result<Option<DirectoryEntry>, StoreError> {
    let found = ProfileListing::on(services.store.read()).find(scope, user_id).await?;
    let Some(found) = found else { return Ok(None) };
    let phases = Phases::on(services.store.read()).current().await?;
    Ok(Some(as_of(found, &phases)))
}

/// The sessions of a profile that was found in scope, those that hold, the last used first.
pub async fn sessions(services: &Services, of: &DirectoryEntry) -> Result<Vec<Session>, StoreError> {
    let (now, policy) = (services.now(), &services.policy.session);
    let sessions = Sessions::on(services.store.read()).of_profile(&of.id).await?;
    Ok(sessions.into_iter().filter(|session| session.is_live(now, policy)).collect())
}

/// A house whose migration is complete knows no smartcards any more.
fn as_of(mut entry: DirectoryEntry, phases: &CurrentPhases) -> DirectoryEntry {
    if phases.of(entry.clearing_house) == Phase::Complete {
        entry.card = None;
    }
    entry
}

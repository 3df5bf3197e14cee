//! User profiles: the listing, page by page or whole, and the enquiry about one.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::listing::{Order, Position, ProfileFilter, ProfileSort};
use countersign_core::directory::phase::Phase;
use countersign_store::{CurrentPhases, Phases, ProfileListing, Sorted, StoreError};

use super::cursor;
use crate::Services;

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

/// A page of a listing.
#[derive(Clone, Debug)]
pub struct ProfilePage {
    /// The entries.
    pub entries: Vec<DirectoryEntry>,
    /// After which the next page goes on; none on the last one.
    pub next: Option<Position>,
}

impl ProfilePage {
    /// The cursor of the next page.
    #[must_use]
    pub fn cursor(&self, listing: &Listing) -> Option<String> {
        self.next.clone().map(|at| cursor::write(listing.by, listing.order, at))
    }
}

/// At most `limit` profiles of those in scope, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    listing: &Listing,
    after: Option<Position>,
    limit: u16,
) -> Result<ProfilePage, StoreError> {
    let sorted = Sorted { by: listing.by, order: listing.order, after };
    let profiles = ProfileListing::on(services.store.read());
    // One more than is shown tells whether there is another page.
    let mut found = profiles.page(scope, &listing.filter, &sorted, u64::from(limit) + 1).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next = found.last().filter(|_| more).map(|(_, at)| at.clone());
    let phases = Phases::on(services.store.read()).current().await?;
    let entries = found.into_iter().map(|(entry, _)| as_of(entry, &phases)).collect();
    Ok(ProfilePage { entries, next })
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

/// A house whose migration is complete knows no smartcards any more.
fn as_of(mut entry: DirectoryEntry, phases: &CurrentPhases) -> DirectoryEntry {
    if phases.of(entry.clearing_house) == Phase::Complete {
        entry.card = None;
    }
    entry
}

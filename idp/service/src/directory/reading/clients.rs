//! Relying parties, as operators and the auditor read them.

use countersign_core::directory::change_request::{Target, TargetKind};
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::ids::RequestId;
use countersign_store::{ChangeRequests, Clients, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;

/// A relying party as it is found.
pub use countersign_store::StoredClient as Found;

/// What the cursors of the listing are like.
#[must_use]
pub fn cursors() -> Kind {
    Kind { of: "clients".to_owned(), by_time: false }
}

/// Those in which every word of `q` begins a part of `client_id` or name. There are never more than a node keeps in
/// memory anyway.
pub async fn search(services: &Services, q: Option<&str>) -> Result<Vec<Found>, StoreError> {
    let mut found = Clients::on(services.store.read()).stored().await?;
    found.sort_by(|one, other| one.client.client_id.cmp(&other.client.client_id));
    let wanted: Vec<String> = q.map(words).unwrap_or_default();
    found.retain(|found| {
        let own = words(&format!("{} {}", found.client.client_id, found.client.name));
        wanted.iter().all(|word| own.iter().any(|own| own.starts_with(word)))
    });
    Ok(found)
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|character: char| !character.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// At most `limit` of what was found, after the given one.
#[must_use]
pub fn page(found: Vec<Found>, after: Option<&Position>, limit: u16) -> Paged<Found> {
    let after = after.map_or("", |at| at.tie.as_str());
    let rest = found.into_iter().filter(|found| found.client.client_id.as_str() > after);
    let placed = rest.map(|found| {
        let name = found.client.client_id.clone();
        (found, Position { key: SortKey::Text(String::new()), tie: name })
    });
    let most = usize::try_from(one_more(limit)).unwrap_or(usize::MAX);
    Paged::of(placed.take(most).collect(), limit)
}

/// One of them, with the request about it that waits.
pub async fn find(
    services: &Services,
    client_id: &str,
) -> Result<Option<(Found, Option<RequestId>)>, StoreError> {
    let Some(found) = Clients::on(services.store.read()).find(client_id).await? else { return Ok(None) };
    let target = Target::new(TargetKind::Client, client_id);
    let held = ChangeRequests::on(services.store.read()).held(&[target]).await?;
    Ok(Some((found, held.into_iter().next().map(|(_, request)| request))))
}

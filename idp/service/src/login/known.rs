//! Which user IDs have logged in from a browser: sealed in its own cookie, worth nothing in another.

use crate::{Purpose, Services};

use super::fault::Fault;
use super::visit::Visit;

/// How many user IDs a browser may be known for; a shared terminal has several.
const MOST: usize = 16;

/// Whether `user_id` has logged in from this browser before.
pub(crate) fn knows(services: &Services, visit: &Visit, user_id: &str) -> bool {
    user_ids(services, visit).iter().any(|known| known == user_id)
}

/// The cookie after a login of `user_id`: the newest first.
pub(crate) fn remember(services: &Services, visit: &Visit, user_id: &str) -> Result<String, Fault> {
    let mut known = user_ids(services, visit);
    known.retain(|other| other != user_id);
    known.insert(0, user_id.to_owned());
    known.truncate(MOST);
    Ok(services.vault.seal(Purpose::KnownBrowser, visit.browser.as_bytes(), &serde_json::to_vec(&known)?)?)
}

fn user_ids(services: &Services, visit: &Visit) -> Vec<String> {
    let open = |sealed: &String| services.vault.open(Purpose::KnownBrowser, visit.browser.as_bytes(), sealed);
    let plain = visit.known.as_ref().and_then(open);
    plain.and_then(|plain| serde_json::from_slice(&plain).ok()).unwrap_or_default()
}

//! Check: the client is known, and logs people in (RFC 6749 §4.1.2.1: else nothing goes anywhere).

use std::sync::Arc;

use super::refusal::PageFault;
use crate::oauth::client::Client;

/// Where clients are found by `client_id`.
pub type FindClient<'f> = dyn Fn(&str) -> Option<Arc<Client>> + 'f;

pub(super) fn check(client_id: &str, find: &FindClient<'_>) -> Result<Arc<Client>, PageFault> {
    find(client_id)
        // An index by client_id may fold case or trim; the identifier does not.
        .filter(|client| client.client_id == client_id)
        .ok_or(PageFault::ClientUnknown)
}

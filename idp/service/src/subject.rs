//! `sub`: who a user is to a client (OIDC Core §8).

use countersign_core::ids::ProfileId;
use countersign_core::oauth::client::Client;

use crate::{Purpose, Vault};

/// The subject identifier of a user for a client: the same for all, or one per sector that nobody but us can
/// lead back to the user.
#[must_use]
pub fn subject_of(vault: &Vault, client: &Client, profile: &ProfileId) -> String {
    match client.sector() {
        None => profile.as_str().to_owned(),
        Some(sector) => {
            let parts = [sector.as_bytes(), profile.as_str().as_bytes()];
            vault.keyed_hash(Purpose::PairwiseSubject, &parts).as_str().to_owned()
        }
    }
}

//! Interactions on their way through the browser: sealed, bound to it, and of limited life.
//!
//! Before the first right factor nothing is stored, so this is all there is of a login under way. What is sealed for
//! one browser is noise in another, so nobody can be made to finish what someone else began (login CSRF, session
//! fixation); what was changed on the way is noise everywhere.

use countersign_core::ids::InteractionId;
use countersign_core::oauth::authorize::AuthorizationRequest;
use countersign_core::oauth::authorize::parameters::Parameters;
use countersign_core::oauth::interaction::{Interaction, Requirement, Target};
use countersign_core::{from_millis, to_millis};

use crate::vault::VaultError;
use crate::{Purpose, Services};

/// Longest sealed value that is looked at.
const MAX_SEALED: usize = 16 * 1024;

/// An interaction that begins now, on behalf of the client of `request`.
#[must_use]
pub fn for_application(
    services: &Services,
    request: &AuthorizationRequest,
    parameters: &Parameters,
    requirement: Requirement,
) -> Interaction {
    let target = Target::Application {
        client_id: request.client.client_id.clone(),
        client_name: request.client.name.clone(),
        parameters: parameters.to_sealed(),
    };
    Interaction {
        login_hint: request.login_hint.clone(),
        ui_locales: request.ui_locales.clone(),
        ..begin(services, target, requirement)
    }
}

/// An interaction that begins now, to reach the user's own page.
#[must_use]
pub fn for_account(services: &Services, requirement: Requirement) -> Interaction {
    begin(services, Target::Account, requirement)
}

fn begin(services: &Services, target: Target, requirement: Requirement) -> Interaction {
    Interaction {
        id: InteractionId::generate(&*services.entropy),
        // Stored login times have milliseconds: a login in the same one must not seem older.
        created_at: from_millis(to_millis(services.now())),
        target,
        requirement,
        best_reached: false,
        login_hint: None,
        ui_locales: None,
    }
}

/// Seals an interaction for the browser of that id.
pub fn seal(services: &Services, interaction: &Interaction, browser: &str) -> Result<String, SealError> {
    seal_for(services, interaction, &binding(Some(browser)))
}

/// Opens what was sealed for the browser of that id, while the time for a login lasts. `None` says nothing about why
/// not: tampered with, another browser's, or too old.
#[must_use]
pub fn open(services: &Services, sealed: &str, browser: &str) -> Option<Interaction> {
    open_for(services, sealed, &binding(Some(browser)))
}

/// Seals a request that came by a form from another site, without cookies and so without a browser to bind it to. It
/// is worth what a link to `/authorize` is worth, and nothing more: see [`open_posted`].
pub(crate) fn seal_posted(services: &Services, interaction: &Interaction) -> Result<String, SealError> {
    seal_for(services, interaction, &binding(None))
}

/// Opens what [`seal_posted`] made. Nobody has logged in on its behalf: it begins where it is opened.
pub(crate) fn open_posted(services: &Services, sealed: &str) -> Option<Interaction> {
    open_for(services, sealed, &binding(None))
}

fn binding(browser: Option<&str>) -> Vec<u8> {
    match browser {
        Some(id) => [b"browser ", id.as_bytes()].concat(),
        None => b"posted".to_vec(),
    }
}

fn seal_for(services: &Services, interaction: &Interaction, bound_to: &[u8]) -> Result<String, SealError> {
    let plain = serde_json::to_vec(interaction)?;
    Ok(services.vault.seal(Purpose::Interaction, bound_to, &plain)?)
}

fn open_for(services: &Services, sealed: &str, bound_to: &[u8]) -> Option<Interaction> {
    if sealed.len() > MAX_SEALED {
        return None;
    }
    let plain = services.vault.open(Purpose::Interaction, bound_to, sealed)?;
    let interaction: Interaction = serde_json::from_slice(&plain).ok()?;
    let age = services.now().signed_duration_since(interaction.created_at);
    let life = chrono::Duration::seconds(i64::from(services.policy.session.interaction_seconds));
    // Another node's clock may be a little ahead of ours.
    let leeway = chrono::Duration::seconds(i64::from(services.policy.token.leeway_seconds));
    (age >= -leeway && age < life).then_some(interaction)
}

/// An interaction cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It cannot be written down.
    #[error("an interaction cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

#[cfg(test)]
mod tests;

//! The sealed interaction: how a login under way travels through the browser before anything is proved.
//!
//! It opens only in the browser it was sealed for, and only for as long as a login may take.

use chrono::TimeDelta;
use countersign_core::oauth::interaction::Interaction;

use crate::{Purpose, Services};

/// The interaction could not be sealed.
#[derive(Debug, thiserror::Error)]
#[error("an interaction cannot be sealed: {0}")]
pub struct SealError(String);

/// Seals `interaction` for the browser of that id.
pub fn seal(services: &Services, interaction: &Interaction, browser: &str) -> Result<String, SealError> {
    let plain = serde_json::to_vec(interaction).map_err(|error| SealError(error.to_string()))?;
    let sealed = services.vault.seal(Purpose::Interaction, browser.as_bytes(), &plain);
    sealed.map_err(|error| SealError(error.to_string()))
}

/// Opens what [`seal`] made for the same browser, unless it is too old.
#[must_use]
pub fn open(services: &Services, sealed: &str, browser: &str) -> Option<Interaction> {
    let plain = services.vault.open(Purpose::Interaction, browser.as_bytes(), sealed)?;
    let interaction: Interaction = serde_json::from_slice(&plain).ok()?;
    let age = services.now() - interaction.created_at;
    let longest = TimeDelta::seconds(services.policy.session.interaction_seconds.into());
    (age >= TimeDelta::zero() && age <= longest).then_some(interaction)
}

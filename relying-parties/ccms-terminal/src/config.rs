//! What an installer decides.

use serde::Deserialize;

/// CCMS Terminal's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The issuer, and who we are there.
    pub oidc: relying_party_client::Config,
}

impl Config {
    /// A configuration with every default.
    #[must_use]
    pub fn new(oidc: relying_party_client::Config) -> Self {
        Self { oidc }
    }
}

//! What an installer decides.

use serde::Deserialize;
use url::Url;

/// The DMS's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The issuer, and who we are there.
    pub oidc: relying_party_client::Config,
    /// Where the admin console is, which does the maintaining; absent: not part of this installation yet.
    #[serde(default)]
    pub admin_console_url: Option<Url>,
}

impl Config {
    /// A configuration without an admin console.
    #[must_use]
    pub fn new(oidc: relying_party_client::Config) -> Self {
        Self { oidc, admin_console_url: None }
    }
}

//! What an installer decides: who we are, whom we trust, how long a session lasts.

use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

use crate::ClientAuthentication;

/// How an application reaches its issuer. In a TOML file this is the table `[oidc]` of the application's configuration.
///
/// ```toml
/// [oidc]
/// base_url = "https://dms.example.com"
/// issuer = "https://login.example.com"
/// client_id = "dms"
/// client_authentication = { method = "client_secret_basic", client_secret = "…" }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where browsers reach this application: scheme, host, port, no path. The registered addresses follow from it, see
    /// [`redirect_uri`](Self::redirect_uri) and its neighbours.
    pub base_url: Url,
    /// The issuer identifier, exactly as its discovery document spells it (OIDC Discovery §4.3).
    pub issuer: String,
    /// Our `client_id` at that issuer.
    pub client_id: String,
    /// How we prove at the token endpoint that we are that client.
    pub client_authentication: ClientAuthentication,
    /// Scopes to ask for beside `openid`; absent: the application's own list.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// How long a local session may live.
    #[serde(default)]
    pub session: SessionLimits,
}

/// Limits of the sessions kept on this server; all times in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionLimits {
    /// A session unused for this long ends.
    pub idle_seconds: u32,
    /// A session ends this long after its login, used or not.
    pub absolute_seconds: u32,
    /// How many sessions are kept at most; the one unused for longest makes room.
    pub maximum: usize,
    /// A login must come back from the issuer within this time.
    pub login_seconds: u32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle_seconds: 30 * 60,
            absolute_seconds: 12 * 60 * 60,
            maximum: 10_000,
            login_seconds: 30 * 60,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An address is not an absolute `https` (or loopback `http`) address.
    #[error("{field}: `{value}` must be an https address (plain http is accepted on loopback only)")]
    Insecure {
        /// Which field.
        field: &'static str,
        /// What it held.
        value: String,
    },
    /// The base URL carries a path, a query or a fragment.
    #[error("base_url: `{0}` must be an origin alone, without path, query or fragment")]
    NotAnOrigin(Url),
    /// The issuer is not a URL.
    #[error("issuer: `{0}` is not an address")]
    Issuer(String),
    /// The private key of `private_key_jwt` is not a P-256 key in PEM.
    #[error("client_authentication.private_key_pem: not a P-256 private key in PKCS#8 PEM")]
    PrivateKey,
    /// The outgoing HTTP client could not be built.
    #[error("the HTTP client could not be built: {0}")]
    HttpClient(#[source] reqwest::Error),
    /// The operating system gave no randomness.
    #[error(transparent)]
    Random(#[from] crate::RandomError),
}

impl Config {
    /// A configuration with every limit at its default.
    #[must_use]
    pub fn new(
        base_url: Url,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        client_authentication: ClientAuthentication,
    ) -> Self {
        Self {
            base_url,
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_authentication,
            scopes: None,
            session: SessionLimits::default(),
        }
    }

    /// Our origin without a trailing slash; also our identifier as a resource (RFC 8707).
    #[must_use]
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// To be registered as `redirect_uris` (OIDC Core §3.1.2.1): `<base_url>/callback`.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.origin())
    }

    /// To be registered as `post_logout_redirect_uris`: `<base_url>/logged-out`.
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/logged-out", self.origin())
    }

    /// To be registered as `backchannel_logout_uri`: `<base_url>/backchannel-logout`.
    #[must_use]
    pub fn backchannel_logout_uri(&self) -> String {
        format!("{}/backchannel-logout", self.origin())
    }

    /// Whether browsers reach us by https, which decides the cookies' attributes.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }

    pub(crate) fn issuer_url(&self) -> Result<Url, ConfigError> {
        Url::parse(&self.issuer).map_err(|_| ConfigError::Issuer(self.issuer.clone()))
    }

    /// Checks what types cannot: secure addresses and a bare origin.
    pub fn validate(&self) -> Result<(), ConfigError> {
        require_secure("issuer", &self.issuer_url()?)?;
        require_secure("base_url", &self.base_url)?;
        let bare = self.base_url.path() == "/"
            && self.base_url.query().is_none()
            && self.base_url.fragment().is_none()
            && self.base_url.username().is_empty();
        if bare { Ok(()) } else { Err(ConfigError::NotAnOrigin(self.base_url.clone())) }
    }
}

impl SessionLimits {
    pub(crate) fn login(&self) -> Duration {
        Duration::from_secs(self.login_seconds.into())
    }
}

fn require_secure(field: &'static str, url: &Url) -> Result<(), ConfigError> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err(ConfigError::Insecure { field, value: url.to_string() }),
    }
}

/// Whether an address stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;

//! What every use case has at hand.

use std::sync::Arc;

use countersign_core::directory::service_hours::ServiceCalendar;
use countersign_core::directory::user_id::UserIdGrammar;
use countersign_core::{Clock, Entropy, Timestamp};
use countersign_store::Store;
use url::Url;

use crate::audit::StrangerTally;
use crate::clients::ClientRegistry;
use crate::jwks_fetch::ClientKeySets;
use crate::keys::Keyring;
use crate::policies::LivePolicy;
use crate::{Outbound, PasswordHasher, Vault};

/// The composition of one node: built once, shared by every request and job.
pub struct Services {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Lifetimes and limits, as they are at this moment.
    pub policy: LivePolicy,
    /// How user IDs look: the policy's patterns, read once.
    pub user_ids: UserIdGrammar,
    /// When functions that keep hours are open: the policy's calendar, read once.
    pub hours: ServiceCalendar,
    /// Who we are to applications.
    pub issuer: Issuer,
    /// Seals and keyed hashes.
    pub vault: Vault,
    /// The keys we sign with, once [`crate::keys::maintain`] has loaded them.
    pub keyring: Keyring,
    /// The clients, once [`crate::clients::refresh`] has loaded them.
    pub clients: ClientRegistry,
    /// Keys of clients that keep them at a `jwks_uri`.
    pub client_keys: ClientKeySets,
    /// The pool that hashes passwords.
    pub hasher: PasswordHasher,
    /// Calls to addresses that clients registered.
    pub outbound: Outbound,
    /// What strangers failed at, until it is written.
    pub strangers: StrangerTally,
}

impl Services {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The issuer identifier (RFC 8414 §2): a URL without query, fragment, or trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// Takes the identifier from configuration.
    ///
    /// # Errors
    /// When it has a query or a fragment, or is not http(s).
    pub fn parse(url: &Url) -> Result<Self, InvalidIssuer> {
        if url.query().is_some() || url.fragment().is_some() || !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidIssuer);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// As it stands in `iss`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of one of our own paths, which starts with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Whether browsers reach us by https, so that cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

/// The issuer identifier is not one.
#[derive(Debug, thiserror::Error)]
#[error("the issuer must be an http or https URL without query and fragment (RFC 8414 §2)")]
pub struct InvalidIssuer;

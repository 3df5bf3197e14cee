//! Who is at the other end of a use case, as far as that is known without asking.

use std::net::IpAddr;

use countersign_core::audit::{Action, AuditEntry};
use countersign_core::directory::profile::Profile;
use countersign_core::secret::TokenHash;

/// One request of a browser.
#[derive(Clone)]
pub struct Visit {
    /// The browser's random id: a secret between it and us.
    pub browser: String,
    /// The address it comes from.
    pub source: IpAddr,
    /// What it says it is.
    pub user_agent: String,
    /// The sealed cookie that says who has logged in from it.
    pub known: Option<String>,
    /// The session cookie it sent.
    pub session: Option<String>,
    /// The reader's language, as a tag.
    pub locale: String,
}

impl Visit {
    /// What is stored of the browser.
    pub(crate) fn browser_hash(&self) -> TokenHash {
        TokenHash::of(&self.browser)
    }

    /// The address that a record of the audit trail names.
    pub(crate) fn address(&self) -> String {
        self.source.to_canonical().to_string()
    }

    /// The user of `profile` did `action` to their own profile, from here.
    pub(crate) fn acted(&self, action: Action, profile: &Profile) -> AuditEntry {
        AuditEntry::by_user(action, profile).from_source(self.address())
    }

    /// Whom failures are counted for: an IPv4 address, or an IPv6 network of the size that one customer gets.
    pub(crate) fn neighbourhood(&self) -> String {
        match self.source.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit")
            .field("source", &self.source)
            .field("locale", &self.locale)
            .finish_non_exhaustive()
    }
}

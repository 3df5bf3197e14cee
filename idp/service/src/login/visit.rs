//! Who is at the other end of a use case, as far as that is known without asking.

use std::net::IpAddr;

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

//! What was sent to `/authorize`, from whichever way in: bounded, without values that mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal::PageFault;

/// Most bytes of all names and values together. Sealed, they must still fit into a browser's address bar and a
/// proxy's line buffer.
pub const MAX_BYTES: usize = 6 * 1024;
/// Most parameters, known and unknown.
pub const MAX_COUNT: usize = 64;

/// Every parameter that means something here; all others are ignored (RFC 6749 §3.1).
const KNOWN: [&str; 19] = [
    "acr_values",
    "claims",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "state",
];
/// Known, but never an obstacle: an end user's preferences.
const PREFERENCES: [&str; 1] = ["ui_locales"];
/// The one that may be sent several times (RFC 8707 §2). Its values are URIs, so a space separates them.
const REPEATABLE: &str = "resource";

/// The parameters of an authorization request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
    unreadable: bool,
}

impl Parameters {
    /// Reads decoded name-value pairs. Empty values count as not sent (RFC 6749 §3.1).
    pub fn read<I, N, V>(pairs: I) -> Result<Self, PageFault>
    where
        I: IntoIterator<Item = (N, V)>,
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut parameters = Self::default();
        let mut seen = BTreeSet::new();
        let (mut bytes, mut count) = (0_usize, 0_usize);
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
            count = count.saturating_add(1);
            if bytes > MAX_BYTES || count > MAX_COUNT {
                return Err(PageFault::TooLarge);
            }
            let first = seen.insert(name.to_owned());
            parameters.take(name, value, first);
        }
        Ok(parameters)
    }

    /// The parameters as an interaction carries them.
    #[must_use]
    pub fn from_sealed(values: BTreeMap<String, String>) -> Self {
        Self { values, ..Self::default() }
    }

    /// The parameters for an interaction to carry.
    #[must_use]
    pub fn to_sealed(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// The value of `name`, if it was sent, and sent once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if self.repeated.contains(name) {
            return None;
        }
        self.values.get(name).map(String::as_str)
    }

    /// Whether any parameter was sent more than once (RFC 6749 §3.1).
    #[must_use]
    pub fn any_repeated(&self) -> bool {
        !self.repeated.is_empty()
    }

    /// Whether any parameter that means something was not UTF-8, or held a NUL, which no text behind us may.
    #[must_use]
    pub fn any_unreadable(&self) -> bool {
        self.unreadable
    }

    fn take(&mut self, name: &str, value: &str, first: bool) {
        let known = KNOWN.contains(&name) || PREFERENCES.contains(&name);
        if !first && name != REPEATABLE {
            self.repeated.insert(name.to_owned());
        } else if known && value.contains(['\u{FFFD}', '\0']) {
            self.unreadable = true;
        } else if known && !value.is_empty() {
            self.values
                .entry(name.to_owned())
                .and_modify(|all| {
                    all.push(' ');
                    all.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
    }
}

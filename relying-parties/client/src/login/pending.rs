//! A login under way: what must be remembered between sending the browser off and its return.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Secret;

/// Login cookies are sent to the callback alone.
pub(crate) const COOKIE_PATH: &str = "/callback";
/// How much of `state` names the cookie, so that logins in several tabs do not overwrite each other.
const NAME_LENGTH: usize = 16;
/// Clocks of browsers and servers do not matter here, only our own, which may be set back a little.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// Sealed into a cookie of the browser that began the login; thereby bound to it.
#[derive(Deserialize, Serialize)]
pub(crate) struct PendingLogin {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) pkce_verifier: String,
    pub(crate) next: String,
    pub(crate) max_age: Option<u32>,
    pub(crate) begun_at: i64,
}

impl PendingLogin {
    /// The name of the cookie that holds the login with this `state`; nothing for a `state` of no shape of ours.
    pub(crate) fn cookie_name(slug: &str, https: bool, state: &str) -> Option<String> {
        let ours = state.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let prefix = if https { "__Secure-" } else { "" };
        state.get(..NAME_LENGTH).filter(|_| ours).map(|start| format!("{prefix}{slug}_login_{start}"))
    }

    /// Whether this is the login that `state` belongs to, and still young enough.
    pub(crate) fn answers(&self, state: &str, now: DateTime<Utc>, lifetime: Duration) -> bool {
        let Some(begun_at) = DateTime::from_timestamp(self.begun_at, 0) else { return false };
        let age = now - begun_at;
        Secret::new(self.state.as_str()).matches(state)
            && age >= -SKEW
            && age <= TimeDelta::seconds(lifetime.as_secs().cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;

    use super::PendingLogin;

    fn pending() -> PendingLogin {
        PendingLogin {
            state: "abcdefghijklmnopqrst".into(),
            nonce: "n".into(),
            pkce_verifier: "v".into(),
            next: "/".into(),
            max_age: None,
            begun_at: 1_000,
        }
    }

    #[test]
    fn a_login_is_answered_by_its_own_state_in_time() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let lifetime = Duration::from_mins(1);
        assert!(pending().answers("abcdefghijklmnopqrst", at(1_060), lifetime));
        assert!(!pending().answers("abcdefghijklmnopqrst", at(1_061), lifetime));
        assert!(!pending().answers("abcdefghijklmnopXXXX", at(1_001), lifetime));
        assert!(!pending().answers("abcdefghijklmnopqrst", at(900), lifetime));
    }

    #[test]
    fn cookie_names_hold_nothing_but_harmless_characters() {
        let name = PendingLogin::cookie_name("dms", false, "abcdefghijklmnopqrst");
        assert_eq!(name.as_deref(), Some("dms_login_abcdefghijklmnop"));
        assert_eq!(PendingLogin::cookie_name("dms", false, "short"), None);
        assert_eq!(PendingLogin::cookie_name("dms", false, "abcdefgh;=jklmnopqrst"), None);
    }
}

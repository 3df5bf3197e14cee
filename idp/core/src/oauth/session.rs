//! A session at the issuer: who logged in from a browser, and for how long that holds.

use chrono::Duration;

use super::acr::Acr;
use super::requirement::SessionFacts;
use crate::Timestamp;
use crate::directory::profile::LastAccess;
use crate::ids::{ProfileId, SessionId};
use crate::policy::SessionPolicy;
use crate::secret::TokenHash;

/// A session that has not been ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its identifier: the `sid` of tokens. What the browser holds is another value, of which we keep the hash.
    pub id: SessionId,
    /// Who logged in.
    pub profile_id: ProfileId,
    /// How.
    pub acr: Acr,
    /// When, last: a further login of the same user in the same browser renews the session.
    pub auth_time: Timestamp,
    /// From which address.
    pub source: String,
    /// With which browser, as it says itself.
    pub user_agent: String,
    /// A keyed hash of that browser's own id, where it is known.
    pub browser: Option<TokenHash>,
    /// The access before this one, shown after login.
    pub prior_access: Option<LastAccess>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within `touch_seconds`.
    pub last_used_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it still holds.
    #[must_use]
    pub fn is_live(&self, now: Timestamp, policy: &SessionPolicy) -> bool {
        now < self.expires_at && now.signed_duration_since(self.last_used_at) < seconds(policy.idle_seconds)
    }

    /// Whether its use is worth a write.
    #[must_use]
    pub fn is_touch_due(&self, now: Timestamp, policy: &SessionPolicy) -> bool {
        now.signed_duration_since(self.last_used_at) >= seconds(policy.touch_seconds)
    }

    /// What requests are judged by.
    #[must_use]
    pub fn facts(&self) -> SessionFacts {
        SessionFacts { profile_id: self.profile_id.clone(), auth_time: self.auth_time, acr: self.acr }
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBecause {
    /// Its user signed out.
    SignedOut,
    /// Its user ended it from another browser.
    EndedByUser,
    /// Someone else logged in from the same browser.
    AnotherUser,
    /// The password was reset or changed.
    PasswordChanged,
    /// The profile was disabled, suspended or deleted.
    ProfileBarred,
    /// A group or a right was taken away.
    RightsWithdrawn,
    /// Another mailbox was registered.
    EmailChanged,
    /// The second factor was taken away on request.
    FactorReset,
    /// The way it was opened by has ended: smartcards, with the parallel run.
    MethodEnded,
}

impl EndedBecause {
    /// The reason as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::EndedByUser => "ended-by-user",
            Self::AnotherUser => "another-user",
            Self::PasswordChanged => "password-changed",
            Self::ProfileBarred => "profile-barred",
            Self::RightsWithdrawn => "rights-withdrawn",
            Self::EmailChanged => "email-changed",
            Self::FactorReset => "factor-reset",
            Self::MethodEnded => "method-ended",
        }
    }
}

fn seconds(count: u32) -> Duration {
    Duration::seconds(i64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_millis;

    fn session(created: i64) -> Session {
        let created_at = from_millis(created * 1000);
        Session {
            id: SessionId::from_stored("s"),
            profile_id: ProfileId::from_stored("p"),
            acr: Acr::OtpApp,
            auth_time: created_at,
            source: String::new(),
            user_agent: String::new(),
            browser: None,
            prior_access: None,
            created_at,
            last_used_at: created_at,
            expires_at: from_millis((created + 1000) * 1000),
        }
    }

    #[test]
    fn idleness_and_age_end_a_session() {
        let policy = SessionPolicy { idle_seconds: 100, touch_seconds: 10, ..SessionPolicy::default() };
        let at = |second: i64| from_millis(second * 1000);
        let fresh = session(0);
        assert!(fresh.is_live(at(99), &policy));
        assert!(!fresh.is_live(at(100), &policy));
        let used = Session { last_used_at: at(990), ..session(0) };
        assert!(used.is_live(at(999), &policy));
        assert!(!used.is_live(at(1000), &policy), "the absolute limit does not slide");
        assert!(!fresh.is_touch_due(at(9), &policy));
        assert!(fresh.is_touch_due(at(10), &policy));
    }
}

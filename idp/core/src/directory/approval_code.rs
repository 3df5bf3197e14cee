//! The approval code: with it, a checker approves on the maker's own screen.
//!
//! It is the checker's, obtained where only they are logged in, and derived rather than stored: from who they are, the
//! month in Hong Kong (or the one request that it answers), and an epoch that moves on when the code is revoked. The
//! page calls it *Authorisation Code*; here it has another name, so that nobody takes it for OAuth's.

use serde::{Deserialize, Serialize};

use crate::ids::ProfileId;
use crate::secret::SecretString;
use crate::settings::{Kind, Value, quoted};
use crate::{Timestamp, hong_kong_day, hong_kong_month_start, readable_code};

crate::settings! {
    /// Codes with which a checker approves on the maker's screen.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct ApprovalCodePolicy {
        /// `monthly`: one code, renewed on the 1st of each month (Hong Kong). `per-request`: a code answers one
        /// request only (recommended). `off`: every request goes to the queue.
        pub mode: ApprovalMode = ApprovalMode::Monthly,
        /// Wrong codes of one maker that end that way for them until the next day (Hong Kong).
        pub maker_tries: u16 = 3,
        /// Wrong entries, by whomever, that revoke a code.
        pub code_tries: u16 = 3,
    }
}

/// What an approval code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalMode {
    /// Any request until the end of the month.
    Monthly,
    /// One request.
    PerRequest,
    /// Nothing.
    Off,
}

impl Value for ApprovalMode {
    const KIND: Kind = Kind::Text("monthly, per-request or off");

    fn written(&self) -> Option<String> {
        let name = match self {
            Self::Monthly => "monthly",
            Self::PerRequest => "per-request",
            Self::Off => "off",
        };
        Some(quoted(name))
    }
}

/// A hash under a key that only the house has; it tells its parts apart.
pub type KeyedHash<'a> = &'a dyn Fn(&[&[u8]]) -> [u8; 32];

/// Characters of a code: 60 bits.
const LENGTH: usize = 12;

/// A checker's approval code.
#[derive(Clone, Debug)]
pub struct ApprovalCode(SecretString);

impl ApprovalCode {
    /// The code of `checker` for the month of `now`.
    #[must_use]
    pub fn monthly(hash: KeyedHash<'_>, checker: &ProfileId, now: Timestamp, epoch: u32) -> Self {
        let month = hong_kong_day(now).format("%Y-%m").to_string();
        Self::derive(hash, &[b"monthly", checker.as_str().as_bytes(), month.as_bytes(), &epoch.to_be_bytes()])
    }

    /// The code of `checker` that answers the request of that hash, and no other.
    #[must_use]
    pub fn for_request(hash: KeyedHash<'_>, checker: &ProfileId, request_hash: &[u8], epoch: u32) -> Self {
        Self::derive(hash, &[b"request", checker.as_str().as_bytes(), request_hash, &epoch.to_be_bytes()])
    }

    fn derive(hash: KeyedHash<'_>, parts: &[&[u8]]) -> Self {
        let bytes = hash(parts);
        let (code, _) = bytes.split_at(LENGTH);
        Self(readable_code::write(code))
    }

    /// The code as its owner sees it: `ABCD-EFGH-JKLM`.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether `typed` is this code, in whatever case and grouping; compared in constant time.
    #[must_use]
    pub fn matches(&self, typed: &SecretString) -> bool {
        let own = SecretString::new(readable_code::normalise(self.0.expose()));
        let typed = SecretString::new(readable_code::normalise(typed.expose()));
        own.same_as(typed.expose())
    }
}

/// What is remembered of a checker's code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeState {
    /// Moves on whenever the checker gets a new code in place of a revoked one.
    pub epoch: u32,
    /// Wrong entries since `wrong_since`.
    pub wrong: u32,
    /// When the first of them was made.
    pub wrong_since: Option<Timestamp>,
}

impl CodeState {
    /// Whether it is revoked, until the checker gets a new one; a new month alone does not help.
    #[must_use]
    pub fn is_revoked(&self, policy: &ApprovalCodePolicy) -> bool {
        self.wrong >= u32::from(policy.code_tries)
    }

    /// Wrong entries that count at `now`: those against an earlier month's code, unless they revoked it, do not.
    #[must_use]
    pub fn wrong_at(&self, policy: &ApprovalCodePolicy, now: Timestamp) -> u32 {
        let of_this_month = self.wrong_since.is_some_and(|since| since >= hong_kong_month_start(now));
        if of_this_month || self.is_revoked(policy) { self.wrong } else { 0 }
    }
}

/// What of a request matters to whether a code may approve it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matter {
    /// Gives or takes DA rights, whoever holds them.
    pub da_rights: bool,
    /// Made by, or about, an operator.
    pub operators: bool,
    /// Changes a DA's email address.
    pub da_email: bool,
}

/// Why a request goes to the queue instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnlyByQueue {
    /// The house does not use codes.
    #[error("approval codes are not in use")]
    Off,
    /// It gives or takes DA rights.
    #[error("DA rights are approved in the queue only")]
    DaRights,
    /// It is by or about an operator.
    #[error("what operators do, or is done to them, is approved in the queue only")]
    Operators,
    /// It changes a DA's email address.
    #[error("a DA's email address is approved in the queue only")]
    DaEmail,
    /// The maker entered too many wrong codes today.
    #[error("too many wrong codes today")]
    TooManyWrong,
}

/// Whether a code may approve a request now, of a maker who entered `wrong_today` wrong ones on this Hong Kong day.
pub fn by_code(policy: &ApprovalCodePolicy, matter: Matter, wrong_today: u32) -> Result<(), OnlyByQueue> {
    if policy.mode == ApprovalMode::Off {
        Err(OnlyByQueue::Off)
    } else if matter.da_rights {
        Err(OnlyByQueue::DaRights)
    } else if matter.operators {
        Err(OnlyByQueue::Operators)
    } else if matter.da_email {
        Err(OnlyByQueue::DaEmail)
    } else if wrong_today >= u32::from(policy.maker_tries) {
        Err(OnlyByQueue::TooManyWrong)
    } else {
        Ok(())
    }
}

/// Under which name a maker's wrong codes of a Hong Kong day are counted.
#[must_use]
pub fn maker_counter(maker: &ProfileId, now: Timestamp) -> String {
    format!("approval-code {} {maker}", hong_kong_day(now))
}

#[cfg(test)]
mod tests;

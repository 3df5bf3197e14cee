//! A user profile, as login and tokens need it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::capabilities::Capabilities;
use super::clearing_house::ClearingHouse;
use super::phase::Phase;
use crate::Timestamp;
use crate::ids::ProfileId;

/// What a user ID's grammar says of its owner. What one may do follows from capabilities instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// Does clearing work at a terminal.
    BusinessUser,
    /// Maintains the users of a participant.
    DelegatedAdministrator,
    /// Works for the exchange.
    Operator,
}

impl UserKind {
    /// The identifier used in claims and storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BusinessUser => "business_user",
            Self::DelegatedAdministrator => "delegated_administrator",
            Self::Operator => "operator",
        }
    }

    /// Whether the first soft token needs an enrolment code, which reaches its owner outside the mailbox.
    #[must_use]
    pub fn needs_enrolment_code(self) -> bool {
        matches!(self, Self::DelegatedAdministrator | Self::Operator)
    }
}

impl FromStr for UserKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::BusinessUser, Self::DelegatedAdministrator, Self::Operator]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// The text names no kind of user.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a kind of user")]
pub struct UnknownKind(String);

/// Why a profile may not log in or use its tokens now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Status DISABLED, suspended, or deleted.
    Disabled,
    /// Before `enable from`.
    NotYetEnabled,
    /// After `disable after`.
    NoLongerEnabled,
}

/// A user profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its own identifier.
    pub id: ProfileId,
    /// What its owner types: immutable, unique across the installation.
    pub user_id: String,
    /// What the user ID's grammar says.
    pub kind: UserKind,
    /// Clearing house of the participant.
    pub clearing_house: ClearingHouse,
    /// Participant ID within the clearing house, as in claims.
    pub participant: String,
    /// Status ENABLED (rather than DISABLED).
    pub enabled: bool,
    /// Surname.
    pub surname: String,
    /// Other names.
    pub other_names: String,
    /// Registered email address.
    pub email: Option<String>,
    /// First instant at which the profile may be used.
    pub enable_from: Option<Timestamp>,
    /// Last instant at which the profile may be used.
    pub disable_after: Option<Timestamp>,
    /// The phase its clearing house was in when it was created.
    pub created_in: Phase,
    /// Settlement agent whose person this is, as the agent's participant ID.
    pub settlement_agent: Option<String>,
    /// Groups and DA rights.
    pub capabilities: Capabilities,
    /// Further standard claims (phone, address …), as OIDC names them.
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// Locked by too many wrong passwords or OTPs.
    pub locked: bool,
    /// Last change.
    pub updated_at: Timestamp,
    /// Counts changes; what a request was built on is compared with it.
    pub version: i64,
}

impl Profile {
    /// Whether the profile may be used at `now`, at login and at token refresh alike.
    pub fn usable(&self, now: Timestamp) -> Result<(), Barred> {
        if !self.enabled {
            return Err(Barred::Disabled);
        }
        if self.enable_from.is_some_and(|from| now < from) {
            return Err(Barred::NotYetEnabled);
        }
        if self.disable_after.is_some_and(|after| now > after) {
            return Err(Barred::NoLongerEnabled);
        }
        Ok(())
    }
}

/// The last time a profile was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAccess {
    /// When.
    pub time: Timestamp,
    /// By which method: `otp-app`, `otp-email`, `smartcard`, `passkey`.
    pub method: String,
    /// From which address.
    pub source: String,
}

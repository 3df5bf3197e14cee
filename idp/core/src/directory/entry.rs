//! A profile as those who maintain it see it: all that the directory holds of it, and what login keeps beside it.

use super::capabilities::Capabilities;
use super::clearing_house::ClearingHouse;
use super::phase::Phase;
use super::profile::{LastAccess, UserKind};
use super::standing::Standing;
use super::status::ProfileStatus;
use crate::Timestamp;
use crate::ids::{ParticipantKey, ProfileId};

/// What the directory says of a profile.
#[derive(Clone, Debug)]
pub struct DirectoryEntry {
    /// Its own identifier.
    pub id: ProfileId,
    /// User ID.
    pub user_id: String,
    /// What the user ID's grammar says.
    pub kind: UserKind,
    /// Clearing house of the participant.
    pub clearing_house: ClearingHouse,
    /// The participant that owns it.
    pub participant_key: ParticipantKey,
    /// Its participant ID, for people.
    pub participant: String,
    /// Settlement agent whose person this is, as the agent's participant ID.
    pub settlement_agent: Option<String>,
    /// Whether it may be used.
    pub status: ProfileStatus,
    /// Surname.
    pub surname: String,
    /// Other names.
    pub other_names: String,
    /// Registered email address.
    pub email: Option<String>,
    /// First instant at which it may be used.
    pub enable_from: Option<Timestamp>,
    /// Last instant at which it may be used.
    pub disable_after: Option<Timestamp>,
    /// Groups and DA rights.
    pub capabilities: Capabilities,
    /// Clearing-house options.
    pub options: serde_json::Map<String, serde_json::Value>,
    /// The smartcard, until the house's migration is complete.
    pub card: Option<Card>,
    /// The factors.
    pub standing: Standing,
    /// The last access.
    pub last_access: Option<LastAccess>,
    /// When it was locked.
    pub locked_at: Option<Timestamp>,
    /// The phase its clearing house was in when it was created.
    pub created_in: Phase,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// A smartcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its serial number.
    pub srn: String,
    /// When its certificate expires.
    pub certificate_expiry: Option<Timestamp>,
}

//! Which profiles a listing holds, in which order, and where a page of it ends.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clearing_house::ClearingHouse;
use super::profile::UserKind;
use super::standing::{MigrationState, TwoFactorState};
use super::status::ProfileStatus;
use crate::Timestamp;
use crate::journey::steps::Channel;

/// Which profiles are wanted, of those in scope. Every filter narrows the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileFilter {
    /// Beginnings of words of user ID, names or email, all of which must be found.
    pub words: Vec<String>,
    /// Status.
    pub status: Option<ProfileStatus>,
    /// Kind of user.
    pub kind: Option<UserKind>,
    /// Business user group held.
    pub group: Option<String>,
    /// Where one-time passwords come from; `Some(None)` where none is set up.
    pub channel: Option<Option<Channel>>,
    /// How far two factors are set up.
    pub two_factor: Option<TwoFactorState>,
    /// How far the migration is.
    pub migration: Option<MigrationState>,
    /// Created before this instant and not used since.
    pub dormant_since: Option<Timestamp>,
    /// Used at this instant or later.
    pub used_since: Option<Timestamp>,
    /// Whether a smartcard is registered.
    pub card: Option<bool>,
    /// Clearing house.
    pub clearing_house: Option<ClearingHouse>,
    /// Participant ID.
    pub participant: Option<String>,
}

/// What a listing is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProfileSort {
    /// User ID.
    #[default]
    UserId,
    /// Surname in lower case, then user ID.
    Surname,
    /// Last access, those never used as if long ago; then identifier.
    LastLogin,
    /// Status, then user ID.
    Status,
}

/// Which way a listing runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Upwards.
    #[default]
    Asc,
    /// Downwards.
    Desc,
}

impl ProfileSort {
    /// The word in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Surname => "surname",
            Self::LastLogin => "last_login",
            Self::Status => "status",
        }
    }
}

impl Order {
    /// The word in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

impl FromStr for ProfileSort {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::UserId, Self::Surname, Self::LastLogin, Self::Status];
        all.into_iter().find(|sort| sort.as_str() == text).ok_or(UnknownSort)
    }
}

impl FromStr for Order {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Asc, Self::Desc].into_iter().find(|order| order.as_str() == text).ok_or(UnknownSort)
    }
}

/// The text names no order of a listing.
#[derive(Debug, thiserror::Error)]
#[error("not an order of a listing")]
pub struct UnknownSort;

/// Where one entry stands in a sorted listing: what it is sorted by, and what tells it from its equals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// What it is sorted by.
    pub key: SortKey,
    /// User ID or identifier.
    pub tie: String,
}

/// What an entry is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// A text.
    Text(String),
    /// Unix milliseconds.
    Millis(i64),
}

//! The status of a profile: one word opens it, all others bar it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whether a profile may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProfileStatus {
    /// It may.
    Enabled,
    /// It may not.
    Disabled,
    /// One person took access away at once; giving it back takes two.
    Suspended,
    /// Left without an email address when the migration ended.
    Quarantined,
}

impl ProfileStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Enabled, Self::Disabled, Self::Suspended, Self::Quarantined];

    /// The word in storage and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
            Self::Suspended => "SUSPENDED",
            Self::Quarantined => "QUARANTINED",
        }
    }
}

impl FromStr for ProfileStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

/// The text is no status of a profile.
#[derive(Debug, thiserror::Error)]
#[error("not a status of a profile")]
pub struct UnknownStatus;

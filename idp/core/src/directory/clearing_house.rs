//! The clearing houses, and the exchange itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A clearing house; `EXCHANGE` holds the operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ClearingHouse {
    /// HKFE Clearing Corporation.
    Hkcc,
    /// The SEHK Options Clearing House.
    Seoch,
    /// Hong Kong Securities Clearing Company.
    Hkscc,
    /// The exchange: always two-factor login, no phases.
    Exchange,
}

impl ClearingHouse {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Hkcc, Self::Seoch, Self::Hkscc, Self::Exchange];

    /// The identifier used in claims, configuration and storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hkcc => "HKCC",
            Self::Seoch => "SEOCH",
            Self::Hkscc => "HKSCC",
            Self::Exchange => "EXCHANGE",
        }
    }
}

impl fmt::Display for ClearingHouse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ClearingHouse {
    type Err = UnknownClearingHouse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|house| house.as_str() == text)
            .ok_or_else(|| UnknownClearingHouse(text.to_owned()))
    }
}

/// The text names no clearing house.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a clearing house: HKCC, SEOCH, HKSCC or EXCHANGE")]
pub struct UnknownClearingHouse(String);

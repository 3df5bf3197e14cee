//! The phases of the migration from smartcards to two-factor login.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clearing_house::ClearingHouse;

/// Where a clearing house stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Smartcards only; email addresses are being registered.
    PreParallel,
    /// Smartcard or two factors.
    ParallelRun,
    /// Two factors only.
    Complete,
}

/// A way to log in, as the phases see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginMethod {
    /// Password and a second factor.
    TwoFactor,
    /// The card and its PIN.
    Smartcard,
}

impl Phase {
    /// The identifier used in configuration, storage and the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreParallel => "pre-parallel",
            Self::ParallelRun => "parallel-run",
            Self::Complete => "complete",
        }
    }

    /// Whether a profile of `house`, created in phase `created_in`, may log in by `method` now. The exchange's
    /// own people always use two factors; profiles created in the parallel run never had a card.
    #[must_use]
    pub fn allows(self, house: ClearingHouse, created_in: Phase, method: LoginMethod) -> bool {
        if house == ClearingHouse::Exchange {
            return method == LoginMethod::TwoFactor;
        }
        match (self, method) {
            (Self::PreParallel, LoginMethod::Smartcard)
            | (Self::ParallelRun | Self::Complete, LoginMethod::TwoFactor) => true,
            (Self::ParallelRun, LoginMethod::Smartcard) => created_in == Self::PreParallel,
            (Self::PreParallel, LoginMethod::TwoFactor) | (Self::Complete, LoginMethod::Smartcard) => false,
        }
    }
}

impl FromStr for Phase {
    type Err = UnknownPhase;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::PreParallel, Self::ParallelRun, Self::Complete]
            .into_iter()
            .find(|phase| phase.as_str() == text)
            .ok_or_else(|| UnknownPhase(text.to_owned()))
    }
}

/// The text names no phase.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a phase: pre-parallel, parallel-run or complete")]
pub struct UnknownPhase(String);

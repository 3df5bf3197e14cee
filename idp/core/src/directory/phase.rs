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

    /// Whether people of `house` may set up a password now.
    #[must_use]
    pub fn allows_passwords(self, house: ClearingHouse) -> bool {
        house == ClearingHouse::Exchange || self != Self::PreParallel
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSES: [ClearingHouse; 3] = [ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc];

    /// Every cell of the rows on logging in: phase, phase of creation, smartcard, two factors.
    const LOGIN: [(Phase, Phase, bool, bool); 9] = {
        use Phase::{Complete, ParallelRun, PreParallel};
        [
            (PreParallel, PreParallel, true, false),
            (PreParallel, ParallelRun, true, false),
            (PreParallel, Complete, true, false),
            (ParallelRun, PreParallel, true, true),
            (ParallelRun, ParallelRun, false, true),
            (ParallelRun, Complete, false, true),
            (Complete, PreParallel, false, true),
            (Complete, ParallelRun, false, true),
            (Complete, Complete, false, true),
        ]
    };

    #[test]
    fn every_cell_of_the_login_rows() {
        for (phase, created_in, smartcard, two_factor) in LOGIN {
            for house in HOUSES {
                let allowed = |method| phase.allows(house, created_in, method);
                assert_eq!(allowed(LoginMethod::Smartcard), smartcard, "{house} {phase:?} {created_in:?}");
                assert_eq!(allowed(LoginMethod::TwoFactor), two_factor, "{house} {phase:?} {created_in:?}");
            }
            assert!(phase.allows(ClearingHouse::Exchange, created_in, LoginMethod::TwoFactor));
            assert!(!phase.allows(ClearingHouse::Exchange, created_in, LoginMethod::Smartcard));
        }
    }

    #[test]
    fn every_cell_of_the_password_row() {
        for (phase, allowed) in
            [(Phase::PreParallel, false), (Phase::ParallelRun, true), (Phase::Complete, true)]
        {
            for house in HOUSES {
                assert_eq!(phase.allows_passwords(house), allowed, "{house} {phase:?}");
            }
            assert!(phase.allows_passwords(ClearingHouse::Exchange));
        }
    }
}

//! Who may come in, once all is proved: the same words for all, and never before the proof.

use countersign_core::Timestamp;
use countersign_core::directory::phase::LoginMethod;
use countersign_core::directory::profile::{Barred, Profile};
use countersign_store::CurrentPhases;

/// Why somebody who proved who they are may not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Locked, by wrong passwords or OTPs. An administrator unlocks.
    Locked,
    /// Status DISABLED.
    Disabled,
    /// Before `enable from`, or after `disable after`.
    OutsideDates,
    /// The clearing house's phase does not open this method to this profile.
    Phase,
}

impl Refusal {
    /// The name in logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::OutsideDates => "outside-dates",
            Self::Phase => "phase",
        }
    }
}

/// Whether the owner of `profile`, whom a lock has `barred` or not, may come in by `method` now.
pub(crate) fn check(
    profile: &Profile,
    barred: bool,
    phases: &CurrentPhases,
    method: LoginMethod,
    now: Timestamp,
) -> Result<(), Refusal> {
    if barred {
        return Err(Refusal::Locked);
    }
    profile.usable(now).map_err(|barred| match barred {
        Barred::Disabled => Refusal::Disabled,
        Barred::NotYetEnabled | Barred::NoLongerEnabled => Refusal::OutsideDates,
    })?;
    let phase = phases.of(profile.clearing_house);
    if phase.allows(profile.clearing_house, profile.created_in, method) {
        Ok(())
    } else {
        Err(Refusal::Phase)
    }
}

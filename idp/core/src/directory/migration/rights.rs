//! Makers and checkers: a participant is never left without either by a job.

use crate::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use crate::ids::ProfileId;

/// Which of the two rights that a participant cannot do without somebody holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// The maker's.
    pub maker: bool,
    /// The checker's.
    pub checker: bool,
}

/// Somebody of a participant, as far as these rights ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub id: ProfileId,
    /// What they hold.
    pub holds: Holds,
    /// Whether they can log in once two factors are the only way: a profile that may be used, with a mailbox.
    pub remains: bool,
}

impl Holds {
    /// What these capabilities hold.
    #[must_use]
    pub fn of(capabilities: &Capabilities) -> Self {
        let holds = |level| capabilities.holds(DaFunction::SecurityManagement, level);
        Self { maker: holds(AccessLevel::Maker), checker: holds(AccessLevel::Checker) }
    }

    /// Whether it is any.
    #[must_use]
    pub fn any(self) -> bool {
        self.maker || self.checker
    }
}

/// Whether without `id` their participant would have nobody left with a right that they hold.
#[must_use]
pub fn is_last(id: &ProfileId, holds: Holds, everyone: &[Holder]) -> bool {
    let others = || everyone.iter().filter(|other| other.id != *id && other.remains);
    holds.maker && !others().any(|other| other.holds.maker)
        || holds.checker && !others().any(|other| other.holds.checker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: &str, maker: bool, checker: bool, remains: bool) -> Holder {
        Holder { id: ProfileId::from_stored(id), holds: Holds { maker, checker }, remains }
    }

    #[test]
    fn the_last_is_who_holds_what_no_other_who_remains_holds() {
        let everyone = [
            holder("maker", true, false, true),
            holder("checker", false, true, true),
            holder("both", true, true, false),
        ];
        let last = |id: &str, maker, checker| {
            is_last(&ProfileId::from_stored(id), Holds { maker, checker }, &everyone)
        };
        assert!(last("maker", true, false), "the other maker does not remain");
        assert!(!last("both", true, true), "both rights are held by others who remain");
        assert!(!last("nobody", false, false));
        assert!(is_last(&ProfileId::from_stored("x"), Holds { maker: true, checker: false }, &[]));
    }
}

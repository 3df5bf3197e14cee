//! What the job at the end of the parallel run does to each on the frozen list, by what holds at that moment.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::frozen::Finding;
use super::rights::{Holder, Holds, is_last};
use crate::directory::profile::UserKind;
use crate::directory::record::ProfileRecord;
use crate::directory::status::ProfileStatus;

/// How far the job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It was approved, and has not started: the house may still go back.
    Waiting,
    /// Logins by smartcard that are still open are ended.
    Sessions,
    /// The frozen list is worked through.
    Quarantine,
    /// What is written of smartcards is cleared.
    Cards,
    /// Whoever is in the same state and not on the list is noted.
    Unforeseen,
    /// Done, but for those in quarantine whose time has yet to come.
    Done,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Sessions, Self::Quarantine, Self::Cards, Self::Unforeseen, Self::Done];

    /// The word in storage and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sessions => "sessions",
            Self::Quarantine => "quarantine",
            Self::Cards => "cards",
            Self::Unforeseen => "unforeseen",
            Self::Done => "done",
        }
    }

    /// The one that follows.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Waiting => Self::Sessions,
            Self::Sessions => Self::Quarantine,
            Self::Quarantine => Self::Cards,
            Self::Cards => Self::Unforeseen,
            Self::Unforeseen | Self::Done => Self::Done,
        }
    }
}

/// What became of somebody, or why nothing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Quarantined: no access, and removed for good when the time is over.
    Quarantined,
    /// An email address was registered meanwhile: nothing was done.
    Registered,
    /// An administrator without an email address: kept.
    KeptAdministrator,
    /// The last who could make or check for the participant: kept.
    KeptLast,
    /// No longer there.
    Gone,
    /// What was written of the smartcard was cleared.
    CardCleared,
    /// In the same state, and not on the list: nothing was done.
    Unforeseen,
    /// Removed for good.
    Removed,
    /// Had left quarantine when the time was over: nothing was done.
    Reinstated,
    /// A request about them waits, which the job does not forestall: they are looked at again when it has ended.
    Deferred,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Quarantined,
        Self::Registered,
        Self::KeptAdministrator,
        Self::KeptLast,
        Self::Gone,
        Self::CardCleared,
        Self::Unforeseen,
        Self::Removed,
        Self::Reinstated,
        Self::Deferred,
    ];

    /// The word in storage and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantined => "quarantined",
            Self::Registered => "registered",
            Self::KeptAdministrator => "kept_administrator",
            Self::KeptLast => "kept_last",
            Self::Gone => "gone",
            Self::CardCleared => "card_cleared",
            Self::Unforeseen => "unforeseen",
            Self::Removed => "removed",
            Self::Reinstated => "reinstated",
            Self::Deferred => "deferred",
        }
    }
}

/// How many lines of the report say what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunCounts {
    /// [`Outcome::Quarantined`].
    pub quarantined: u64,
    /// [`Outcome::Registered`].
    pub registered: u64,
    /// [`Outcome::KeptAdministrator`].
    pub kept_administrator: u64,
    /// [`Outcome::KeptLast`].
    pub kept_last: u64,
    /// [`Outcome::Gone`].
    pub gone: u64,
    /// [`Outcome::CardCleared`].
    pub card_cleared: u64,
    /// [`Outcome::Unforeseen`].
    pub unforeseen: u64,
    /// [`Outcome::Removed`].
    pub removed: u64,
    /// [`Outcome::Reinstated`].
    pub reinstated: u64,
    /// [`Outcome::Deferred`].
    pub deferred: u64,
}

impl RunCounts {
    /// Counts one more.
    pub fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Quarantined => &mut self.quarantined,
            Outcome::Registered => &mut self.registered,
            Outcome::KeptAdministrator => &mut self.kept_administrator,
            Outcome::KeptLast => &mut self.kept_last,
            Outcome::Gone => &mut self.gone,
            Outcome::CardCleared => &mut self.card_cleared,
            Outcome::Unforeseen => &mut self.unforeseen,
            Outcome::Removed => &mut self.removed,
            Outcome::Reinstated => &mut self.reinstated,
            Outcome::Deferred => &mut self.deferred,
        } += 1;
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { quarantined, registered, kept_administrator, kept_last, gone, .. } = self;
        let Self { card_cleared, unforeseen, removed, reinstated, deferred, .. } = self;
        quarantined
            + registered
            + kept_administrator
            + kept_last
            + gone
            + card_cleared
            + unforeseen
            + removed
            + reinstated
            + deferred
    }
}

/// What becomes of somebody whom the list gives `finding`. `now` is their profile, if it is there; `everyone` are the
/// people of its participant who hold rights. Who is kept on the list is kept, whatever has become of the others.
#[must_use]
pub fn fate(finding: Finding, now: Option<&ProfileRecord>, everyone: &[Holder]) -> Outcome {
    let Some(record) = now else { return Outcome::Gone };
    if record.profile.email.is_some() {
        return Outcome::Registered;
    }
    match finding {
        Finding::Quarantine if record.profile.kind == UserKind::BusinessUser => {
            if is_the_last(record, everyone) { Outcome::KeptLast } else { Outcome::Quarantined }
        }
        Finding::KeptLast => Outcome::KeptLast,
        _ => Outcome::KeptAdministrator,
    }
}

/// What becomes of somebody in quarantine when its time is over.
#[must_use]
pub fn fate_in_quarantine(now: Option<&ProfileRecord>, everyone: &[Holder]) -> Outcome {
    match now {
        None => Outcome::Gone,
        Some(record) if record.status != ProfileStatus::Quarantined => Outcome::Reinstated,
        Some(record) if record.profile.email.is_some() => Outcome::Registered,
        Some(record) if is_the_last(record, everyone) => Outcome::KeptLast,
        Some(_) => Outcome::Removed,
    }
}

fn is_the_last(record: &ProfileRecord, everyone: &[Holder]) -> bool {
    is_last(&record.profile.id, Holds::of(&record.profile.capabilities), everyone)
}

/// The text is no word of the migration's.
#[derive(Debug, thiserror::Error)]
#[error("not a word of the migration's")]
pub struct UnknownWord;

impl FromStr for Stage {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(UnknownWord)
    }
}

impl FromStr for Outcome {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or(UnknownWord)
    }
}

#[cfg(test)]
mod tests;

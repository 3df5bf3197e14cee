//! Where a house stands on the way, and where it may go from there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::frozen::ListHash;
use crate::Timestamp;
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::phase::Phase;
use crate::ids::RequestId;

/// Where a clearing house stands, and what is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseStand {
    /// Which one.
    pub clearing_house: ClearingHouse,
    /// Its phase.
    pub phase: Phase,
    /// Since when; none where it was never told.
    pub since: Option<Timestamp>,
    /// The days on which phases are meant to begin. A date reminds; it moves nothing.
    pub scheduled: BTreeMap<Phase, NaiveDate>,
    /// The move that was approved and whose time has not come.
    pub pending: Option<PendingMove>,
    /// Counts changes; 0 where it was never told.
    pub version: i64,
}

/// A move that was approved and waits for its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMove {
    /// Where to.
    pub to: Phase,
    /// When.
    pub at: Timestamp,
    /// The frozen list that was approved with it, for the move to the end.
    pub dry_run: Option<ListHash>,
    /// The request that was approved.
    pub request: RequestId,
}

/// What differences are made of.
#[derive(Serialize)]
struct View<'a> {
    phase: Phase,
    scheduled: BTreeMap<&'static str, NaiveDate>,
    next_phase: Option<Phase>,
    next_phase_at: Option<Timestamp>,
    dry_run: Option<&'a ListHash>,
}

impl Serialize for HouseStand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pending = self.pending.as_ref();
        View {
            phase: self.phase,
            scheduled: self.scheduled.iter().map(|(phase, day)| (phase.as_str(), *day)).collect(),
            next_phase: pending.map(|pending| pending.to),
            next_phase_at: pending.map(|pending| pending.at),
            dry_run: pending.and_then(|pending| pending.dry_run.as_ref()),
        }
        .serialize(serializer)
    }
}

impl HouseStand {
    /// A house that was never told where it stands: it has not begun.
    #[must_use]
    pub fn not_begun(clearing_house: ClearingHouse) -> Self {
        Self {
            clearing_house,
            phase: Phase::PreParallel,
            since: None,
            scheduled: BTreeMap::new(),
            pending: None,
            version: 0,
        }
    }
}

/// The phases that a house in `from` may move to: one step on, or one back. From the end there is no way back once its job
/// has started.
#[must_use]
pub fn possible(from: Phase, end_of_run_started: bool) -> Vec<Phase> {
    match (from, end_of_run_started) {
        (Phase::PreParallel, _) | (Phase::Complete, false) => vec![Phase::ParallelRun],
        (Phase::ParallelRun, _) => vec![Phase::Complete, Phase::PreParallel],
        (Phase::Complete, true) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_on_or_back_and_never_back_from_what_has_started() {
        use Phase::{Complete, ParallelRun, PreParallel};
        let allowed = [
            (PreParallel, ParallelRun, false),
            (PreParallel, ParallelRun, true),
            (ParallelRun, Complete, false),
            (ParallelRun, PreParallel, false),
            (ParallelRun, Complete, true),
            (ParallelRun, PreParallel, true),
            (Complete, ParallelRun, false),
        ];
        for from in [PreParallel, ParallelRun, Complete] {
            for to in [PreParallel, ParallelRun, Complete] {
                for started in [false, true] {
                    let expected = allowed.contains(&(from, to, started));
                    assert_eq!(possible(from, started).contains(&to), expected, "{from:?} {to:?} {started}");
                }
            }
        }
    }
}

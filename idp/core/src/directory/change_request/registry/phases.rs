//! Phases: the dates that remind, and the moves of a house, at once or at the time that they name.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{Change, Judged, Subject, Target, TargetKind, difference};
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::migration::{Counts, HouseStand, ListHash, ListHead, PendingMove, possible};
use crate::directory::permission::Action;
use crate::directory::phase::Phase;
use crate::ids::RequestId;
use crate::{Timestamp, hong_kong_day};

/// What is known of a house whose phase somebody would change.
pub struct About<'a> {
    /// Where it stands.
    pub stand: &'a HouseStand,
    /// Whether the job at the end of its parallel run has started.
    pub end_of_run_started: bool,
    /// The frozen list that the draft names, if it is one of that house.
    pub list: Option<&'a ListHead>,
    /// For so long a list may be approved after it was made.
    pub list_lasts: TimeDelta,
    /// The moment.
    pub now: Timestamp,
}

/// A frozen list, as it stands in the signed text: the list itself is known by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovedList {
    /// Which.
    pub hash: ListHash,
    /// How many lines say what.
    pub counts: Counts,
}

/// Where a house is to move, as typed.
pub struct Typed<'a> {
    /// Where to.
    pub to: &'a str,
    /// When; at once, where nothing is said.
    pub at: Option<&'a str>,
    /// The hash of the frozen list.
    pub dry_run: Option<&'a str>,
}

/// Another day on which a phase is meant to begin, or none.
pub fn schedule(
    asker: Asker,
    about: &About<'_>,
    phase: &str,
    at: Option<&str>,
    findings: &mut Findings,
) -> Option<Judged> {
    let before = migrates(asker, about, findings)?;
    let phase = parsed(phase, "phase", findings);
    let day = at.map(|typed| findings.take("at", typed.trim().parse().map_err(|_| FindingCode::NotADate)));
    let (phase, day) = (phase?, day.map_or(Some(None), |day| day.map(Some))?);
    if phase <= before.phase {
        let present = before.phase.as_str().to_owned();
        findings.note("phase", FindingCode::NotInPhase { phase: present });
    }
    if let Some(day) = day {
        if day < hong_kong_day(about.now) {
            findings.note("at", FindingCode::InThePast);
        }
        if !in_order(before, phase, day) {
            findings.note("at", FindingCode::OutOfOrder);
        }
    }
    let mut after = before.clone();
    match day {
        Some(day) => after.scheduled.insert(phase, day),
        None => after.scheduled.remove(&phase),
    };
    let change = Change::SchedulePhase { clearing_house: before.clearing_house, phase, at: day };
    judged(before, &after, "at", change, findings)
}

/// A move, at once or later.
pub fn move_to(
    asker: Asker,
    about: &About<'_>,
    typed: &Typed<'_>,
    findings: &mut Findings,
) -> Option<Judged> {
    let before = migrates(asker, about, findings)?;
    let to = parsed(typed.to, "to", findings)?;
    if before.phase == to {
        findings.note("to", FindingCode::NothingChanges);
    } else if before.phase == Phase::Complete && about.end_of_run_started {
        findings.note("to", FindingCode::EndOfRunStarted);
    } else {
        let there = possible(before.phase, about.end_of_run_started);
        if !there.contains(&to) {
            let words: Vec<_> = there.iter().map(|phase| phase.as_str()).collect();
            findings.note("to", FindingCode::Unknown { expected: words.join(", ") });
        }
    }
    let at = instant(about, to, typed.at, findings);
    let dry_run = frozen(about, to, typed.dry_run, findings);
    let mut after = before.clone();
    after.pending = at.map(|at| PendingMove {
        to,
        at,
        dry_run: dry_run.as_ref().map(|list| list.hash.clone()),
        request: RequestId::from_stored(""),
    });
    if at.is_none() {
        after.phase = to;
    }
    let change = Change::MovePhase { clearing_house: before.clearing_house, to, at, dry_run };
    judged(before, &after, "to", change, findings)
}

/// No move any more, where one waits.
pub fn cancel(asker: Asker, about: &About<'_>, findings: &mut Findings) -> Option<Judged> {
    let before = migrates(asker, about, findings)?;
    let after = HouseStand { pending: None, ..before.clone() };
    let change = Change::CancelMove { clearing_house: before.clearing_house };
    judged(before, &after, "clearing_house", change, findings)
}

/// The phase of a house, among the things that requests change.
#[must_use]
pub fn target(house: ClearingHouse) -> Target {
    Target::new(TargetKind::Phase, house.as_str())
}

/// The house, if it migrates at all and they may ask.
fn migrates<'a>(asker: Asker, about: &About<'a>, findings: &mut Findings) -> Option<&'a HouseStand> {
    asker.must("clearing_house", Action::MovePhase, findings)?;
    if about.stand.clearing_house == ClearingHouse::Exchange {
        findings.note("clearing_house", FindingCode::NotApplicable);
        return None;
    }
    Some(about.stand)
}

fn parsed(typed: &str, field: &str, findings: &mut Findings) -> Option<Phase> {
    let expected = || FindingCode::Unknown { expected: "pre-parallel, parallel-run, complete".to_owned() };
    findings.take(field, typed.trim().parse().map_err(|_| expected()))
}

/// Whether every phase is meant to begin after the one before it.
fn in_order(stand: &HouseStand, phase: Phase, day: NaiveDate) -> bool {
    stand.scheduled.iter().filter(|(other, _)| **other > stand.phase).all(|(other, scheduled)| {
        other == &phase || (other < &phase && *scheduled < day) || (other > &phase && *scheduled > day)
    })
}

/// When it is to happen. A step back is made at once: what would stand in its way later is not known now.
fn instant(about: &About<'_>, to: Phase, typed: Option<&str>, findings: &mut Findings) -> Option<Timestamp> {
    let read = |typed: &str| typed.trim().parse::<Timestamp>().map_err(|_| FindingCode::NotAnInstant);
    let at = findings.take("at", read(typed?))?;
    if at < about.now {
        findings.note("at", FindingCode::InThePast);
    }
    if to < about.stand.phase {
        findings.note("at", FindingCode::NotApplicable);
    }
    Some(at)
}

/// The list that is approved with a move to the end, and with no other.
fn frozen(
    about: &About<'_>,
    to: Phase,
    typed: Option<&str>,
    findings: &mut Findings,
) -> Option<ApprovedList> {
    let code = match (to, typed, about.list) {
        (Phase::Complete, None, _) => FindingCode::Required,
        (Phase::Complete, Some(_), None) => FindingCode::NotFound,
        (Phase::Complete, Some(_), Some(list)) if list.made_at + about.list_lasts < about.now => {
            FindingCode::TooOld
        }
        (Phase::Complete, Some(_), Some(list)) => {
            return Some(ApprovedList { hash: list.hash.clone(), counts: list.counts });
        }
        (_, Some(_), _) => FindingCode::NotApplicable,
        (_, None, _) => return None,
    };
    findings.note("dry_run", code);
    None
}

fn judged(
    before: &HouseStand,
    after: &HouseStand,
    field: &str,
    change: Change,
    findings: &mut Findings,
) -> Option<Judged> {
    let difference = difference::between(before, after).unwrap_or_default();
    if difference.is_empty() && !findings.stop() {
        findings.note(field, FindingCode::NothingChanges);
    }
    let subject = Subject { target: target(before.clearing_house), version: before.version, difference };
    (!findings.stop()).then_some(Judged { change, subject })
}

#[cfg(test)]
mod tests;

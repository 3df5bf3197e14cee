use serde_json::json;

use super::super::testing::{asker, difference, found, judged};
use super::*;
use crate::directory::permission::Office;
use crate::from_millis;

/// 2026-11-23 08:00 in Hong Kong.
const NOW: i64 = 1_795_392_000_000;

const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn stand(phase: Phase) -> HouseStand {
    HouseStand { phase, version: 4, ..HouseStand::not_begun(ClearingHouse::Hkcc) }
}

fn list(days_old: i64) -> ListHead {
    ListHead {
        hash: HASH.parse().unwrap(),
        clearing_house: ClearingHouse::Hkcc,
        counts: Counts { quarantine: 2, ..Counts::default() },
        made_by: "OPS001".into(),
        made_at: from_millis(NOW) - TimeDelta::days(days_old),
    }
}

fn about<'a>(stand: &'a HouseStand, list: Option<&'a ListHead>) -> About<'a> {
    About { stand, end_of_run_started: false, list, list_lasts: TimeDelta::days(14), now: from_millis(NOW) }
}

fn to<'a>(to: &'a str, at: Option<&'a str>, dry_run: Option<&'a str>) -> Typed<'a> {
    Typed { to, at, dry_run }
}

fn one(field: &str, code: FindingCode) -> Vec<(String, FindingCode)> {
    vec![(field.to_owned(), code)]
}

#[test]
fn a_day_is_set_moved_and_removed() {
    let operator = asker(Office::Operator);
    let mut house = stand(Phase::PreParallel);
    let set = judged(|findings| {
        schedule(operator, &about(&house, None), "parallel-run", Some("2027-03-01"), findings)
    });
    let expected = json!({ "scheduled": [{}, { "parallel-run": "2027-03-01" }] });
    assert_eq!(difference(&set), expected);
    assert_eq!((set.subject.version, set.subject.target.to_string().as_str()), (4, "phase:HKCC"));
    house.scheduled.insert(Phase::ParallelRun, "2027-03-01".parse().unwrap());
    let removed = judged(|findings| schedule(operator, &about(&house, None), "parallel-run", None, findings));
    assert_eq!(difference(&removed), json!({ "scheduled": [{ "parallel-run": "2027-03-01" }, {}] }));
}

#[test]
fn days_that_make_no_sense_are_refused() {
    let mut house = stand(Phase::PreParallel);
    house.scheduled.insert(Phase::ParallelRun, "2027-03-01".parse().unwrap());
    let refused = |phase: &str, at: Option<&str>| {
        found(|findings| schedule(asker(Office::Operator), &about(&house, None), phase, at, findings))
    };
    assert_eq!(refused("complete", Some("2027-03-01")), one("at", FindingCode::OutOfOrder));
    assert_eq!(refused("complete", Some("soon")), one("at", FindingCode::NotADate));
    assert_eq!(refused("complete", None), one("at", FindingCode::NothingChanges));
    assert_eq!(refused("parallel-run", Some("2026-11-22")), one("at", FindingCode::InThePast));
    assert_eq!(refused("parallel-run", Some("2027-03-01")), one("at", FindingCode::NothingChanges));
    let present = FindingCode::NotInPhase { phase: "pre-parallel".into() };
    assert_eq!(refused("pre-parallel", Some("2027-02-01")), one("phase", present));
    assert!(refused("over", None).iter().any(|(field, _)| field == "phase"));
}

#[test]
fn a_move_to_the_end_names_a_list_that_is_there_and_fresh() {
    let house = stand(Phase::ParallelRun);
    let (fresh, old) = (list(14), list(15));
    let refused = |list: Option<&ListHead>, dry_run: Option<&str>| {
        let typed = to("complete", None, dry_run);
        found(|findings| move_to(asker(Office::Operator), &about(&house, list), &typed, findings))
    };
    assert_eq!(refused(None, None), one("dry_run", FindingCode::Required));
    assert_eq!(refused(None, Some(HASH)), one("dry_run", FindingCode::NotFound));
    assert_eq!(refused(Some(&old), Some(HASH)), one("dry_run", FindingCode::TooOld));
    let typed = to("complete", Some("2027-06-30T18:00:00+08:00"), Some(HASH));
    let planned =
        judged(|findings| move_to(asker(Office::Operator), &about(&house, Some(&fresh)), &typed, findings));
    let expected = json!({
        "next_phase": [null, "complete"],
        "next_phase_at": [null, "2027-06-30T10:00:00Z"],
        "dry_run": [null, HASH],
    });
    assert_eq!(difference(&planned), expected);
    let Change::MovePhase { dry_run: Some(approved), .. } = planned.change else { panic!("a move") };
    assert_eq!(approved.counts.quarantine, 2);
    let back = to("pre-parallel", None, Some(HASH));
    let refused =
        found(|findings| move_to(asker(Office::Operator), &about(&house, Some(&fresh)), &back, findings));
    assert_eq!(refused, one("dry_run", FindingCode::NotApplicable));
}

#[test]
fn a_house_goes_one_step_and_back_until_the_job_has_started() {
    use Phase::{Complete, ParallelRun, PreParallel};
    let fresh = list(0);
    let operator = asker(Office::Operator);
    let moving = |phase, started, typed: &Typed<'_>| {
        let house = stand(phase);
        let about = About { end_of_run_started: started, ..about(&house, Some(&fresh)) };
        found(|findings| move_to(operator, &about, typed, findings))
    };
    assert_eq!(moving(PreParallel, false, &to("parallel-run", None, None)), []);
    assert_eq!(moving(ParallelRun, false, &to("pre-parallel", None, None)), []);
    assert_eq!(moving(Complete, false, &to("parallel-run", None, None)), []);
    let started = moving(Complete, true, &to("parallel-run", None, None));
    assert_eq!(started, one("to", FindingCode::EndOfRunStarted));
    let jump = FindingCode::Unknown { expected: "parallel-run".into() };
    assert_eq!(moving(PreParallel, false, &to("complete", None, Some(HASH))), one("to", jump));
    let nowhere = moving(Complete, true, &to("complete", None, Some(HASH)));
    assert_eq!(nowhere, one("to", FindingCode::NothingChanges));
    let later = Some("2027-06-30T10:00:00Z");
    let back = moving(ParallelRun, false, &to("pre-parallel", later, None));
    assert_eq!(back, one("at", FindingCode::NotApplicable));
    let past = Some("2026-11-22T23:59:59Z");
    let late = moving(PreParallel, false, &to("parallel-run", past, None));
    assert_eq!(late, one("at", FindingCode::InThePast));
    let vague = moving(PreParallel, false, &to("parallel-run", Some("2027-06-30"), None));
    assert_eq!(vague, one("at", FindingCode::NotAnInstant));
}

#[test]
fn only_a_move_that_waits_is_cancelled_and_another_takes_its_place() {
    let mut house = stand(Phase::PreParallel);
    let operator = asker(Office::Operator);
    let nothing = found(|findings| cancel(operator, &about(&house, None), findings));
    assert_eq!(nothing, one("clearing_house", FindingCode::NothingChanges));
    house.pending = Some(PendingMove {
        to: Phase::ParallelRun,
        at: "2027-03-01T00:00:00Z".parse().unwrap(),
        dry_run: None,
        request: RequestId::from_stored("r"),
    });
    let cancelled = judged(|findings| cancel(operator, &about(&house, None), findings));
    let expected = json!({
        "next_phase": ["parallel-run", null],
        "next_phase_at": ["2027-03-01T00:00:00Z", null],
    });
    assert_eq!(difference(&cancelled), expected);
    let typed = to("parallel-run", Some("2027-04-01T00:00:00Z"), None);
    let extended = judged(|findings| move_to(operator, &about(&house, None), &typed, findings));
    let expected = json!({ "next_phase_at": ["2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z"] });
    assert_eq!(difference(&extended), expected);
}

#[test]
fn operators_alone_and_houses_that_migrate() {
    let house = stand(Phase::PreParallel);
    let administrator = asker(Office::DelegatedAdministrator);
    let refused = found(|findings| {
        move_to(administrator, &about(&house, None), &to("parallel-run", None, None), findings)
    });
    assert_eq!(refused, one("clearing_house", FindingCode::ForOperators));
    let exchange = HouseStand::not_begun(ClearingHouse::Exchange);
    let refused = found(|findings| cancel(asker(Office::Operator), &about(&exchange, None), findings));
    assert_eq!(refused, one("clearing_house", FindingCode::NotApplicable));
}

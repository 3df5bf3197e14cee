use super::*;
use crate::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use crate::directory::change_request::blank;
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::label::Label;
use crate::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use crate::directory::phase::Phase;
use crate::from_millis;
use crate::ids::{ParticipantKey, ProfileId};

fn record(kind: UserKind) -> ProfileRecord {
    let house = ClearingHouse::Hkcc;
    let participant = Participant {
        key: ParticipantKey::from_stored("abc"),
        clearing_house: house,
        participant: ParticipantCode::parse(house, "ABC").unwrap(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse("ABC").unwrap(),
        customer_codes: Vec::new(),
        sole_administrator: None,
        closed_at: None,
        version: 1,
    };
    blank("HKABC101", kind, &participant, Phase::PreParallel, from_millis(0))
}

fn maker(mut record: ProfileRecord) -> ProfileRecord {
    record.profile.capabilities = Capabilities {
        access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Maker].into())].into(),
        ..Capabilities::default()
    };
    record
}

fn registered(mut record: ProfileRecord) -> ProfileRecord {
    record.profile.email = Some("chan@abc.example".into());
    record
}

fn another(remains: bool) -> Holder {
    let holds = Holds { maker: true, checker: false };
    Holder { id: ProfileId::from_stored("another"), holds, remains }
}

#[test]
fn what_holds_at_the_moment_decides() {
    let user = record(UserKind::BusinessUser);
    assert_eq!(fate(Finding::Quarantine, Some(&user), &[]), Outcome::Quarantined);
    assert_eq!(fate(Finding::Quarantine, None, &[]), Outcome::Gone);
    assert_eq!(fate(Finding::Quarantine, Some(&registered(user.clone())), &[]), Outcome::Registered);
    let administrator = record(UserKind::DelegatedAdministrator);
    for finding in [Finding::Quarantine, Finding::KeptAdministrator] {
        assert_eq!(fate(finding, Some(&administrator), &[]), Outcome::KeptAdministrator);
    }
    assert_eq!(fate(Finding::KeptAdministrator, Some(&registered(administrator)), &[]), Outcome::Registered);
}

#[test]
fn the_last_is_kept_whatever_the_list_says() {
    let user = maker(record(UserKind::BusinessUser));
    for (everyone, outcome) in [(another(true), Outcome::Quarantined), (another(false), Outcome::KeptLast)] {
        assert_eq!(fate(Finding::Quarantine, Some(&user), &[everyone]), outcome);
    }
    assert_eq!(fate(Finding::KeptLast, Some(&user), &[another(true)]), Outcome::KeptLast);
}

#[test]
fn quarantine_ends_in_removal_only_for_who_is_still_in_it() {
    let mut user = maker(record(UserKind::BusinessUser));
    assert_eq!(fate_in_quarantine(Some(&user), &[another(true)]), Outcome::Reinstated);
    user.set_status(ProfileStatus::Quarantined);
    assert_eq!(fate_in_quarantine(Some(&user), &[another(true)]), Outcome::Removed);
    assert_eq!(fate_in_quarantine(Some(&user), &[another(false)]), Outcome::KeptLast);
    assert_eq!(fate_in_quarantine(Some(&registered(user)), &[another(true)]), Outcome::Registered);
    assert_eq!(fate_in_quarantine(None, &[]), Outcome::Gone);
}

#[test]
fn words_are_read_back_and_everything_is_counted() {
    let mut counts = RunCounts::default();
    for outcome in Outcome::ALL {
        assert_eq!(outcome.as_str().parse::<Outcome>().unwrap(), outcome);
        counts.count(outcome);
    }
    let one_each = serde_json::to_value(counts).unwrap();
    assert!(one_each.as_object().unwrap().values().all(|count| count == 1), "{one_each}");
    assert_eq!(counts.total(), 10);
    let mut stage = Stage::Waiting;
    for expected in Stage::ALL {
        assert_eq!(stage, expected);
        assert_eq!(stage.as_str().parse::<Stage>().unwrap(), stage);
        stage = stage.next();
    }
}

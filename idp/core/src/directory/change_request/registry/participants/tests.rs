//! Every finding about a participant, and what each change would do.

use serde_json::{Value, json};

use super::super::testing::{asker, difference, found, judged, participant};
use super::*;
use crate::directory::change_request::blank as blank_profile;
use crate::directory::permission::Office;
use crate::directory::phase::Phase;
use crate::from_millis;

use ClearingHouse::{Exchange, Hkcc, Hkscc};

struct Case {
    participant: Option<Participant>,
    named: Option<ProfileRecord>,
    is_appointed: bool,
    others: BTreeSet<String>,
}

impl Case {
    fn of(participant: Option<Participant>) -> Self {
        Self { participant, named: None, is_appointed: false, others: BTreeSet::new() }
    }

    fn about(&self) -> About<'_> {
        About {
            participant: self.participant.as_ref(),
            sole_administrator: None,
            named: self.named.as_ref(),
            people: 7,
            is_appointed: self.is_appointed,
            codes_of_others: &self.others,
        }
    }
}

fn abc() -> Participant {
    participant(Hkcc, "ABC", ParticipantKind::ClearingParticipant)
}

fn name(house: ClearingHouse, code: &str) -> ParticipantName {
    ParticipantName { clearing_house: house, participant: code.to_owned() }
}

fn draft(fields: Value) -> ParticipantDraft {
    serde_json::from_value(fields).unwrap()
}

fn creating(
    case: &Case,
    office: Office,
    name: &ParticipantName,
    fields: Value,
) -> Vec<(String, FindingCode)> {
    found(|findings| create(asker(office), &case.about(), name, &draft(fields), findings))
}

fn changing(case: &Case, fields: Value) -> Vec<(String, FindingCode)> {
    let name = name(Hkcc, "ABC");
    found(|findings| change(asker(Office::Operator), &case.about(), &name, &draft(fields), findings))
}

fn one(field: &str, code: FindingCode) -> Vec<(String, FindingCode)> {
    vec![(field.to_owned(), code)]
}

#[test]
fn a_new_participant_is_shown_whole() {
    let case = Case::of(None);
    let fields = draft(json!({ "kind": "cp", "name": " New Ltd " }));
    let new = judged(|findings| {
        create(asker(Office::Operator), &case.about(), &name(Hkcc, " new"), &fields, findings)
    });
    assert_eq!(new.subject.version, 0);
    assert_eq!(new.subject.target.to_string(), "participant:HKCC/NEW");
    let expected = json!({
        "clearing_house": [null, "HKCC"], "participant": [null, "NEW"], "kind": [null, "CP"],
        "name": [null, "New Ltd"], "customer_codes": [null, ["NEW"]], "closed": [null, false],
    });
    assert_eq!(difference(&new), expected);
    let Change::CreateParticipant { participant, fields } = &new.change else { panic!("{new:?}") };
    let made = fields.new_participant(participant, ParticipantKey::from_stored("k")).unwrap();
    assert_eq!((made.name.as_str(), made.customer_codes.len()), ("New Ltd", 1));
}

#[test]
fn what_a_new_participant_lacks_is_said() {
    let none = Case::of(None);
    let operator = Office::Operator;
    let whole = || json!({ "kind": "CP", "name": "New" });
    let required = FindingCode::Required;
    let missing = vec![("kind".to_owned(), required.clone()), ("name".to_owned(), required.clone())];
    assert_eq!(creating(&none, operator, &name(Hkcc, "NEW"), json!({})), missing);
    let da = creating(&none, Office::DelegatedAdministrator, &name(Hkcc, "NEW"), whole());
    assert_eq!(da, one("participant", FindingCode::ForOperators));
    let exchange = creating(&none, operator, &name(Exchange, "EXCHANGE"), whole());
    assert_eq!(exchange, one("participant", FindingCode::NotApplicable));
    for (house, code) in [(Hkcc, "NEWS"), (Hkcc, "N W"), (Hkscc, "1234"), (Hkcc, "")] {
        let found = creating(&none, operator, &name(house, code), whole());
        assert!(
            matches!(&found[..], [(field, FindingCode::NotACode { .. })] if field == "participant"),
            "{code}"
        );
    }
    let there = Case::of(Some(abc()));
    assert_eq!(
        creating(&there, operator, &name(Hkcc, "ABC"), whole()),
        one("participant", FindingCode::Exists)
    );
}

#[test]
fn a_closed_participant_comes_back() {
    let closed = Participant { closed_at: Some(from_millis(1)), ..abc() };
    let case = Case::of(Some(closed));
    let fields = draft(json!({ "kind": "CP", "name": "A firm again" }));
    let back = judged(|findings| {
        create(asker(Office::Operator), &case.about(), &name(Hkcc, "ABC"), &fields, findings)
    });
    assert_eq!(back.subject.version, 3);
    assert_eq!(difference(&back), json!({ "name": ["A firm", "A firm again"], "closed": [true, false] }));
}

#[test]
fn values_are_checked_each_at_its_field() {
    let case = Case::of(Some(abc()));
    assert_eq!(changing(&case, json!({})), one("fields", FindingCode::NothingChanges));
    assert_eq!(changing(&case, json!({ "name": " A firm" })), one("fields", FindingCode::NothingChanges));
    assert_eq!(changing(&case, json!({ "name": " " })), one("name", FindingCode::Required));
    assert_eq!(changing(&case, json!({ "name": "A\nB" })), one("name", FindingCode::NotText));
    let long = "x".repeat(201);
    assert_eq!(changing(&case, json!({ "name": long })), one("name", FindingCode::TooLong { max: 200 }));
    for kind in ["EX", "XX", ""] {
        let expected = FindingCode::Unknown { expected: "CP, DB, SA".to_owned() };
        assert_eq!(changing(&case, json!({ "kind": kind })), one("kind", expected));
    }
    let found = changing(&case, json!({ "customer_codes": ["DEF", "D"] }));
    assert!(matches!(&found[..], [(field, FindingCode::NotACode { .. })] if field == "customer_codes"));
    let many = vec!["DEF"; 101];
    let found = changing(&case, json!({ "customer_codes": many }));
    assert_eq!(found, one("customer_codes", FindingCode::TooMany { max: 100 }));
    let taken = Case { others: ["DEF".to_owned()].into(), ..Case::of(Some(abc())) };
    let found = changing(&taken, json!({ "customer_codes": ["ABC", "def"] }));
    assert_eq!(found, one("customer_codes", FindingCode::CodeTaken { taken: "DEF".to_owned() }));
    assert_eq!(changing(&Case::of(None), json!({ "name": "B" })), one("participant", FindingCode::NotFound));
}

#[test]
fn only_an_administrator_of_its_own_signs_for_both() {
    let grant = || json!({ "sole_administrator": " hkabc1x1" });
    assert_eq!(changing(&Case::of(Some(abc())), grant()), one("sole_administrator", FindingCode::NotFound));
    for (kind, owner, found) in [
        (UserKind::DelegatedAdministrator, abc(), Vec::new()),
        (UserKind::BusinessUser, abc(), one("sole_administrator", FindingCode::NotFound)),
        (
            UserKind::DelegatedAdministrator,
            participant(Hkcc, "DEF", ParticipantKind::ClearingParticipant),
            one("sole_administrator", FindingCode::NotFound),
        ),
    ] {
        let named = blank_profile("HKABC1X1", kind, &owner, Phase::ParallelRun, from_millis(0));
        let case = Case { named: Some(named), ..Case::of(Some(abc())) };
        assert_eq!(changing(&case, grant()), found, "{kind:?} {owner:?}");
    }
}

#[test]
fn an_end_says_how_many_people_it_ends() {
    let case = Case::of(Some(abc()));
    let name = name(Hkcc, "abc ");
    let end =
        judged(|findings| close(asker(Office::Operator), &case.about(), &name, from_millis(9), findings));
    assert_eq!(difference(&end), json!({ "closed": [false, true], "enabled_people": [7, 0] }));
    let closed = Case::of(Some(Participant { closed_at: Some(from_millis(1)), ..abc() }));
    let again =
        found(|findings| close(asker(Office::Operator), &closed.about(), &name, from_millis(9), findings));
    assert_eq!(again, one("participant", FindingCode::NotFound));
    let exchange = Case::of(Some(participant(Exchange, "EXCHANGE", ParticipantKind::Exchange)));
    let never =
        found(|findings| close(asker(Office::Operator), &exchange.about(), &name, from_millis(9), findings));
    assert_eq!(never, one("participant", FindingCode::NotApplicable));
}

#[test]
fn whoever_is_appointed_stays_a_settlement_agent() {
    let agent = participant(Hkcc, "ABC", ParticipantKind::SettlementAgent);
    let mut case = Case::of(Some(agent));
    assert_eq!(changing(&case, json!({ "kind": "CP" })), []);
    case.is_appointed = true;
    let expected = [("kind".to_owned(), FindingCode::NotApplicable)];
    assert_eq!(changing(&case, json!({ "kind": "CP" })), expected);
    assert_eq!(changing(&case, json!({ "kind": "SA", "name": "Other" })), []);
}

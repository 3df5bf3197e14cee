//! Every finding, and every cell of who may ask for what, when.

use serde_json::{Value, json};

use super::*;
use crate::directory::actor::Proof;
use crate::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use crate::directory::label::Label;
use crate::directory::participant::{ParticipantCode, ParticipantKind};
use crate::from_millis;
use crate::ids::{ParticipantKey, SessionId};
use crate::oauth::acr::Acr;

use ClearingHouse::{Exchange, Hkcc};
use Phase::{Complete, ParallelRun, PreParallel};

const PHASES: [Phase; 3] = [PreParallel, ParallelRun, Complete];

/// A day in November 2026.
fn now() -> Timestamp {
    from_millis(1_795_392_000_000)
}

fn participant(house: ClearingHouse, code: &str) -> Participant {
    let code = ParticipantCode::parse(house, code).unwrap();
    Participant {
        key: ParticipantKey::from_stored(code.as_str()),
        clearing_house: house,
        participant: code.clone(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse("A firm").unwrap(),
        customer_codes: vec![code],
        sole_administrator: None,
        closed_at: None,
        version: 1,
    }
}

fn maker(house: ClearingHouse, participant: &str) -> Actor {
    let levels = [AccessLevel::Maker].into();
    Actor {
        profile_id: ProfileId::from_stored("maker"),
        user_id: "MAKER".into(),
        clearing_house: house,
        participant: ParticipantKey::from_stored(participant),
        participant_id: participant.to_owned(),
        capabilities: Capabilities {
            access_levels: [(DaFunction::SecurityManagement, levels)].into(),
            ..Capabilities::default()
        },
        email: None,
        proof: Some(Proof { session: SessionId::from_stored("s"), acr: Acr::OtpApp, auth_time: now() }),
    }
}

/// A profile of ABC, as it stands.
fn record(user_id: &str, kind: UserKind) -> ProfileRecord {
    let mut record = blank(user_id, kind, &participant(Hkcc, "ABC"), ParallelRun, now());
    record.profile.id = ProfileId::from_stored(user_id);
    record.profile.surname = "CHAN".to_owned();
    record.profile.version = 4;
    record.srn = Some("0123".to_owned());
    record.profile.locked = true;
    record
}

fn business_user() -> ProfileRecord {
    record("HKABC101", UserKind::BusinessUser)
}

fn administrator() -> ProfileRecord {
    record("HKABC1X2", UserKind::DelegatedAdministrator)
}

/// The facts of one test.
struct Case {
    maker: Actor,
    record: Option<ProfileRecord>,
    other: Option<ProfileRecord>,
    taken: bool,
    participant: Option<Participant>,
    phase: Phase,
    mailbox_serves: u64,
    policy: Policy,
}

impl Case {
    fn new(record: Option<ProfileRecord>) -> Self {
        Self {
            maker: maker(Hkcc, "ABC"),
            record,
            other: None,
            taken: false,
            participant: Some(participant(Hkcc, "ABC")),
            phase: ParallelRun,
            mailbox_serves: 0,
            policy: Policy::default(),
        }
    }

    fn by_operator(mut self) -> Self {
        self.maker = maker(Exchange, "EXCHANGE");
        self
    }

    fn run(&self, draft: &Value) -> (Option<Judged>, Vec<(String, FindingCode)>) {
        let draft: Draft = serde_json::from_value(draft.clone()).unwrap();
        let grammar = UserIdGrammar::try_from(&self.policy.user_ids).unwrap();
        let groups = ["11".parse().unwrap(), "12".parse().unwrap()].into();
        let ground = Ground {
            maker: &self.maker,
            office: self.maker.office(),
            grammar: &grammar,
            groups: &groups,
            policy: &self.policy,
            now: now(),
        };
        let agents = ["SAG".to_owned()];
        let about = About {
            record: self.record.as_ref(),
            taken: self.taken,
            participant: self.participant.as_ref(),
            agents: &agents,
            phase: self.phase,
            mailbox_serves: self.mailbox_serves,
        };
        let mut findings = Findings::default();
        let judged = match draft {
            Draft::MergeProfiles { .. } => {
                let other = About { record: self.other.as_ref(), ..about.clone() };
                let merged = judge_merge(&ground, [&about, &other], &mut findings);
                merged.map(|(change, subjects)| Judged { change, subject: subjects[0].clone() })
            }
            draft => judge(&ground, &about, &draft, &mut findings),
        };
        let said = findings.into_vec().into_iter().map(|finding| (finding.field, finding.code)).collect();
        (judged, said)
    }

    /// What is asked for, where nothing is said against it.
    fn judged(&self, draft: &Value) -> Judged {
        let (judged, said) = self.run(draft);
        judged.unwrap_or_else(|| panic!("{draft}: {said:?}"))
    }

    /// What is said against it, and that it is not to be had.
    fn refused(&self, draft: &Value) -> Vec<(String, FindingCode)> {
        let (judged, said) = self.run(draft);
        assert_eq!(judged, None, "{draft}");
        said
    }
}

fn create(user_id: &str, fields: &Value) -> Value {
    json!({ "kind": "create_profile", "user_id": user_id, "fields": fields })
}

fn change(fields: &Value) -> Value {
    json!({ "kind": "change_profile", "user_id": "whoever", "fields": fields })
}

fn whole(kind: &str) -> Value {
    json!({ "kind": kind, "user_id": "whoever" })
}

/// Who may ask for what in the three phases: `O` operators, `D` administrators of the participant, `-` nobody. Written
/// from the plan, not from the table in the code.
#[test]
fn every_cell_of_who_may_ask_for_what_and_when() {
    let suspended = |mut record: ProfileRecord| {
        record.set_status(ProfileStatus::Suspended);
        record
    };
    let chan = json!({ "surname": "CHAN" });
    let rows: Vec<(&str, Option<ProfileRecord>, Value, [&str; 3])> = vec![
        ("create user", None, create("HKABC107", &chan), ["O", "D", "D"]),
        ("create DA", None, create("HKABC1X7", &chan), ["O", "O", "O"]),
        ("name of user", Some(business_user()), change(&json!({ "surname": "WONG" })), ["D", "D", "D"]),
        ("name of DA", Some(administrator()), change(&json!({ "surname": "WONG" })), ["O", "O", "O"]),
        (
            "email of user",
            Some(business_user()),
            change(&json!({ "email": "a@abc.example" })),
            ["D", "D", "D"],
        ),
        ("email of DA", Some(administrator()), change(&json!({ "email": "a@abc.example" })), ["O", "O", "O"]),
        ("status of user", Some(business_user()), change(&json!({ "status": "DISABLED" })), ["D", "D", "D"]),
        ("status of DA", Some(administrator()), change(&json!({ "status": "DISABLED" })), ["O", "O", "O"]),
        (
            "groups of user",
            Some(business_user()),
            change(&json!({ "business_user_groups": ["12"] })),
            ["D", "D", "D"],
        ),
        (
            "groups of DA",
            Some(administrator()),
            change(&json!({ "business_user_groups": ["12"] })),
            ["-", "-", "OD"],
        ),
        (
            "rights of user",
            Some(business_user()),
            change(&json!({ "access_levels": { "security_management": ["EE"] } })),
            ["-", "-", "O"],
        ),
        (
            "rights of DA",
            Some(administrator()),
            change(&json!({ "access_levels": { "security_management": ["EE"] } })),
            ["O", "O", "O"],
        ),
        (
            "lift for user",
            Some(suspended(business_user())),
            change(&json!({ "status": "ENABLED" })),
            ["D", "D", "D"],
        ),
        (
            "lift for DA",
            Some(suspended(administrator())),
            change(&json!({ "status": "ENABLED" })),
            ["O", "O", "O"],
        ),
        ("delete user", Some(business_user()), whole("delete_profile"), ["D", "D", "D"]),
        ("delete DA", Some(administrator()), whole("delete_profile"), ["O", "O", "O"]),
        ("unlock user", Some(business_user()), whole("unlock_profile"), ["-", "D", "D"]),
        ("unlock DA", Some(administrator()), whole("unlock_profile"), ["-", "O", "O"]),
        ("reset user", Some(business_user()), whole("reset_factor"), ["-", "D", "D"]),
        ("reset DA", Some(administrator()), whole("reset_factor"), ["-", "O", "O"]),
        ("code for DA", Some(administrator()), whole("issue_enrolment_code"), ["-", "O", "O"]),
        ("card of user", Some(business_user()), whole("reset_card_pin"), ["D", "D", "-"]),
        ("card of DA", Some(administrator()), whole("reset_card_pin"), ["O", "O", "-"]),
        (
            "merge",
            Some(administrator()),
            json!({ "kind": "merge_profiles", "keep": "a", "remove": "b" }),
            ["-", "-", "D"],
        ),
    ];
    for (name, record, draft, cells) in rows {
        for (phase, cell) in PHASES.into_iter().zip(cells) {
            for office in ['O', 'D'] {
                let case = Case { phase, other: Some(business_user()), ..Case::new(record.clone()) };
                let case = if office == 'O' { case.by_operator() } else { case };
                let (judged, said) = case.run(&draft);
                let where_ = format!("{name}, {phase:?}, {office}");
                assert_eq!(judged.is_some(), cell.contains(office), "{where_}: {said:?}");
                if judged.is_none() {
                    let not_in_phase = FindingCode::NotInPhase { phase: phase.as_str().to_owned() };
                    let expected = if cell.contains('O') { FindingCode::ForOperators } else { not_in_phase };
                    let codes: Vec<_> = said.iter().map(|(_, code)| code).collect();
                    assert_eq!(codes, [&expected], "{where_}");
                }
            }
        }
    }
}

#[test]
fn operators_are_maintained_by_operators_in_every_phase() {
    let exchange = participant(Exchange, "EXCHANGE");
    let mut operator = blank("OPS002", UserKind::Operator, &exchange, PreParallel, now());
    operator.profile.id = ProfileId::from_stored("ops2");
    operator.profile.locked = true;
    for phase in PHASES {
        for draft in [
            create("OPS007", &json!({ "surname": "LEE" })),
            change(&json!({ "email": "a@exchange.example" })),
            whole("delete_profile"),
            whole("unlock_profile"),
            whole("reset_factor"),
            whole("issue_enrolment_code"),
        ] {
            let case =
                Case { phase, participant: Some(exchange.clone()), ..Case::new(Some(operator.clone())) };
            let case = case.by_operator();
            case.judged(&draft);
        }
    }
}

fn only(field: &str, code: FindingCode) -> Vec<(String, FindingCode)> {
    vec![(field.to_owned(), code)]
}

#[test]
fn a_new_profile_is_refused_for_every_reason_there_is() {
    let fresh = || Case::new(None);
    let chan = json!({ "surname": "CHAN" });
    fresh().judged(&create(" hkabc107 ", &chan));
    assert_eq!(fresh().refused(&create("HKABC107", &json!({}))), only("surname", FindingCode::Required));
    let taken = Case { taken: true, ..fresh() };
    assert_eq!(taken.refused(&create("HKABC107", &chan)), only("user_id", FindingCode::UserIdTaken));
    assert_eq!(fresh().refused(&create("HKDEF107", &chan)), only("user_id", FindingCode::UserIdOfAnother));
    let elsewhere = Case { participant: None, ..fresh() };
    assert_eq!(elsewhere.refused(&create("HKABC107", &chan)), only("participant", FindingCode::NotFound));
    for bad in ["", "HKABC1", "HKABC901", "OPS001", "B0123401", "HKABC107'; --", "HKABC1\u{0}07"] {
        let said = fresh().refused(&create(bad, &chan));
        assert!(matches!(said.as_slice(), [(_, FindingCode::NotAUserId { .. })]), "{bad:?}: {said:?}");
    }
}

/// A business user's two free characters could spell an administrator's ID of another house.
#[test]
fn a_business_users_id_that_reads_as_an_administrators_is_refused() {
    let seoch = participant(ClearingHouse::Seoch, "ABC");
    let case = Case { participant: Some(seoch), ..Case::new(None) };
    let said = case.refused(&create("HKABC1X1", &json!({ "surname": "CHAN" })));
    assert_eq!(said, only("user_id", FindingCode::ReadsAsAdministrator));
}

#[test]
fn a_new_profile_says_in_what_is_signed_from_when_it_holds() {
    let judged = Case::new(None).judged(&create("HKABC107", &json!({ "surname": "CHAN" })));
    let today = hong_kong_day(now());
    let Change::CreateProfile { fields, participant, user_id } = &judged.change else { panic!() };
    assert_eq!(fields.enable_from, Some(Some(today)));
    assert_eq!((participant.to_string().as_str(), user_id.as_str()), ("HKCC/ABC", "HKABC107"));
    assert_eq!((judged.subject.version, judged.subject.target.to_string().as_str()), (0, "profile:HKABC107"));
    let shown = judged.subject.difference.iter().find(|field| field.field == "enable_from").unwrap();
    assert_eq!(shown.after, json!(today));
    let open = json!({ "surname": "CHAN", "enable_from": null });
    let Change::CreateProfile { fields, .. } = Case::new(None).judged(&create("HKABC107", &open)).change
    else {
        panic!()
    };
    assert_eq!(fields.enable_from, Some(None));
}

#[test]
fn values_are_refused_for_every_reason_there_is() {
    let user = || Case::new(Some(business_user()));
    let cases = [
        (
            json!({ "enable_from": "2027-01-02", "disable_after": "2027-01-01" }),
            "disable_after",
            FindingCode::DatesReversed,
        ),
        (
            json!({ "business_user_groups": ["12", "ZZ"] }),
            "business_user_groups",
            FindingCode::UnknownGroup { group: "ZZ".into() },
        ),
        (json!({ "settlement_agent": "XYZ" }), "settlement_agent", FindingCode::NotFound),
        (json!({ "srn": "0999" }), "srn", FindingCode::ForOperators),
        (json!({ "certificate_expiry": "2027-01-01" }), "srn", FindingCode::ForOperators),
        (json!({ "srn": null }), "srn", FindingCode::ForOperators),
        (json!({ "surname": "CHAN" }), "fields", FindingCode::NothingChanges),
        (json!({}), "fields", FindingCode::NothingChanges),
        (json!({ "surname": "<i>" }), "surname", FindingCode::NotText),
    ];
    for (fields, field, code) in cases {
        assert_eq!(user().refused(&change(&fields)), only(field, code), "{fields}");
    }
    user().judged(&change(&json!({ "enable_from": "2027-01-01", "disable_after": "2027-01-01" })));
    user().judged(&change(&json!({ "settlement_agent": "sag" })));
    let late = Case { phase: Complete, ..Case::new(Some(administrator())) }.by_operator();
    let complete = FindingCode::NotInPhase { phase: "complete".into() };
    assert_eq!(late.refused(&change(&json!({ "srn": "1" }))), only("srn", complete));
    // A stored first day counts against a new last one.
    let mut from = business_user();
    from.profile.enable_from = Some("2027-01-01T00:00:00+08:00".parse().unwrap());
    let said = Case::new(Some(from)).refused(&change(&json!({ "disable_after": "2026-12-31" })));
    assert_eq!(said, only("disable_after", FindingCode::DatesReversed));
}

#[test]
fn who_is_not_there_or_is_oneself_cannot_be_changed() {
    let drafts = || {
        let kinds =
            ["delete_profile", "unlock_profile", "reset_factor", "issue_enrolment_code", "reset_card_pin"];
        kinds.into_iter().map(whole).chain([change(&json!({ "surname": "WONG" }))])
    };
    for draft in drafts() {
        assert_eq!(Case::new(None).refused(&draft), only("user_id", FindingCode::NotFound), "{draft}");
        let mut own = administrator();
        own.profile.id = ProfileId::from_stored("maker");
        let case = Case::new(Some(own)).by_operator();
        assert!(case.refused(&draft).contains(&("user_id".to_owned(), FindingCode::OwnProfile)), "{draft}");
    }
}

#[test]
fn what_is_so_already_or_has_no_card_is_said() {
    let mut open = business_user();
    open.profile.locked = false;
    let said = Case::new(Some(open)).refused(&whole("unlock_profile"));
    assert_eq!(said, only("user_id", FindingCode::NothingChanges));
    let cardless = ProfileRecord { srn: None, ..business_user() };
    let said = Case::new(Some(cardless)).refused(&whole("reset_card_pin"));
    assert_eq!(said, only("user_id", FindingCode::NotApplicable));
    let nested = json!({ "kind": "batch", "lines": [] });
    assert_eq!(Case::new(None).refused(&nested), only("kind", FindingCode::NotApplicable));
}

#[test]
fn warnings_are_said_and_stop_nothing() {
    let case = Case { mailbox_serves: 2, ..Case::new(Some(business_user())) };
    let (judged, said) = case.run(&change(&json!({ "email": "ops@gmail.com" })));
    assert!(judged.is_some());
    let at_email = |code| ("email".to_owned(), code);
    let expected = [FindingCode::FreeMail, FindingCode::SharedName, FindingCode::SharedMailbox { others: 2 }];
    assert_eq!(said, expected.map(at_email));
    // Nobody is warned of the mailbox that they take away.
    assert_eq!(case.run(&change(&json!({ "surname": "LEE" }))).1, []);
}

#[test]
fn administrators_mailboxes_wait_for_their_day() {
    let mut case = Case::new(Some(administrator())).by_operator();
    let email = change(&json!({ "email": "a@abc.example" }));
    case.policy.migration.da_emails_from = hong_kong_day(now()).succ_opt();
    let refused = FindingCode::NotInPhase { phase: "parallel-run".into() };
    assert_eq!(case.refused(&email), only("email", refused));
    case.policy.migration.da_emails_from = Some(hong_kong_day(now()));
    case.judged(&email);
}

#[test]
fn everything_that_goes_with_a_deleted_profile_is_shown() {
    let judged = Case::new(Some(business_user())).judged(&whole("delete_profile"));
    assert_eq!(judged.subject.version, 4);
    assert!(judged.subject.difference.iter().all(|field| field.after.is_null()));
    assert!(judged.subject.difference.iter().any(|field| field.before == json!("CHAN")));
}

fn merge(keep: Option<ProfileRecord>, remove: Option<ProfileRecord>) -> Case {
    Case { phase: Complete, other: remove, ..Case::new(keep) }
}

#[test]
fn a_merge_is_refused_for_every_reason_there_is() {
    let draft = json!({ "kind": "merge_profiles", "keep": "a", "remove": "b" });
    merge(Some(administrator()), Some(business_user())).judged(&draft);
    let not_found = |field| (field, FindingCode::NotFound);
    let expected = |kind: UserKind| FindingCode::Unknown { expected: kind.as_str().to_owned() };
    let mut own = administrator();
    own.profile.id = ProfileId::from_stored("maker");
    let mut own_user = business_user();
    own_user.profile.id = ProfileId::from_stored("maker");
    let stranger = ProfileRecord { participant: ParticipantKey::from_stored("DEF"), ..business_user() };
    let cases = [
        (None, Some(business_user()), vec![not_found("keep")]),
        (Some(administrator()), None, vec![not_found("remove")]),
        (None, None, vec![not_found("keep"), not_found("remove")]),
        (
            Some(business_user()),
            Some(business_user()),
            vec![("keep", expected(UserKind::DelegatedAdministrator))],
        ),
        (Some(administrator()), Some(administrator()), vec![("remove", expected(UserKind::BusinessUser))]),
        (Some(own), Some(business_user()), vec![("keep", FindingCode::OwnProfile)]),
        (Some(administrator()), Some(own_user), vec![("remove", FindingCode::OwnProfile)]),
        (Some(administrator()), Some(stranger), vec![("remove", FindingCode::UserIdOfAnother)]),
    ];
    for (keep, remove, said) in cases {
        let said: Vec<_> = said.into_iter().map(|(field, code)| (field.to_owned(), code)).collect();
        assert_eq!(merge(keep, remove).refused(&draft), said);
    }
}

#[test]
fn what_remains_of_two_has_the_groups_of_both_and_remembers_who_it_was() {
    let (mut kept, mut removed) = (administrator(), business_user());
    kept.profile.capabilities.business_user_groups = ["11".parse().unwrap()].into();
    removed.profile.capabilities.business_user_groups = ["12".parse().unwrap()].into();
    let rights = [(DaFunction::SecurityManagement, [AccessLevel::Checker].into())].into();
    removed.profile.capabilities.access_levels = rights;
    removed.merged_from = vec![ProfileId::from_stored("older")];
    let after = merged(&kept, &removed);
    assert_eq!(after.profile.capabilities.business_user_groups.len(), 2);
    assert!(!after.profile.capabilities.holds_da_rights(), "rights do not move");
    assert_eq!(after.merged_from, [ProfileId::from_stored("HKABC101"), ProfileId::from_stored("older")]);
    assert_eq!((after.profile.id, after.profile.email), (kept.profile.id, kept.profile.email));
}

//! Who is in the demo: participants, and the people that interfaces and tests name.

use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::participant::ParticipantKind;
use countersign_core::directory::profile::UserKind;

use super::credentials::State;

/// A participant, or a settlement agent.
#[derive(Clone, Debug)]
pub(crate) struct Firm {
    pub(crate) house: ClearingHouse,
    pub(crate) participant: String,
    pub(crate) kind: ParticipantKind,
    pub(crate) name: String,
    /// Domain of its people's email addresses.
    pub(crate) domain: String,
}

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) user_id: String,
    pub(crate) kind: UserKind,
    pub(crate) roles: &'static [&'static str],
    pub(crate) surname: String,
    pub(crate) other_names: String,
    pub(crate) state: State,
    pub(crate) capabilities: Capabilities,
    /// The settlement agent whose person this is.
    pub(crate) settlement_agent: Option<&'static str>,
    /// Holds a smartcard too.
    pub(crate) card: bool,
}

/// The agent that ABC appointed.
pub(crate) const AGENT: &str = "SAG";

/// The participant that appointed it.
pub(crate) const PRINCIPAL: &str = "ABC";

/// Everyone, firm by firm.
pub(crate) fn cast() -> Vec<(Firm, Vec<Person>)> {
    use ParticipantKind::{ClearingParticipant, DesignatedBank, SettlementAgent};
    let abc = [participant("HKABC1X", "HKABC1"), vec![agents_person("HKABC1SA")]].concat();
    vec![
        (firm(ClearingHouse::Hkcc, PRINCIPAL, ClearingParticipant, "ABC Securities Limited"), abc),
        (
            firm(ClearingHouse::Seoch, "DEF", ClearingParticipant, "DEF Brokers Limited"),
            participant("HKDEFX1", "HKDEF1"),
        ),
        (
            firm(ClearingHouse::Hkscc, "01234", DesignatedBank, "Bank of 01234 Limited"),
            participant("B01234X", "B01234"),
        ),
        (firm(ClearingHouse::Hkcc, AGENT, SettlementAgent, "SAG Settlement Services Limited"), agent()),
        (firm(ClearingHouse::Exchange, "EXCHANGE", ParticipantKind::Exchange, "The exchange"), operators()),
    ]
}

fn firm(house: ClearingHouse, participant: &str, kind: ParticipantKind, name: &str) -> Firm {
    let domain = format!("{}.example", participant.to_lowercase());
    Firm { house, participant: participant.to_owned(), kind, name: name.to_owned(), domain }
}

/// The same roles for every participant: user IDs are `administrators` with a digit, and `users` with two.
fn participant(administrators: &str, users: &str) -> Vec<Person> {
    let administrator = |digit: u8, roles, state, name, levels: &[AccessLevel]| {
        let person =
            person(&format!("{administrators}{digit}"), UserKind::DelegatedAdministrator, roles, name, state);
        Person { capabilities: rights(levels), ..person }
    };
    let user = |digits: &str, state, name, groups: &[&str]| {
        let person =
            person(&format!("{users}{digits}"), UserKind::BusinessUser, &["business-user"], name, state);
        Person { capabilities: holding(groups), card: state != State::NeverSetUp, ..person }
    };
    vec![
        administrator(
            1,
            &["da-maker"],
            State::ReadyApp,
            ("CHAN", "Mei Ling"),
            &[AccessLevel::Enquiry, AccessLevel::Maker],
        ),
        administrator(
            2,
            &["da-checker"],
            State::ReadyApp,
            ("WONG", "Ka Wai"),
            &[AccessLevel::Enquiry, AccessLevel::Checker],
        ),
        administrator(
            3,
            &["da-maker"],
            State::NeedsEnrolmentCode,
            ("LEE", "Siu Ming"),
            &[AccessLevel::Enquiry, AccessLevel::Maker],
        ),
        user("01", State::ReadyApp, ("CHEUNG", "Tai Man"), &["11", "12", "14", "16", "25"]),
        user("02", State::NeverSetUp, ("LAM", "Wing Yan"), &["11", "12"]),
        user("03", State::ReadyEmail, ("HO", "Chi Keung"), &["11", "16", "17"]),
        user("04", State::SmartcardOnly, ("NG", "Yuk Lan"), &["11"]),
        user("05", State::Disabled, ("YIP", "Kin Fai"), &["11"]),
    ]
}

/// A settlement agent's person under a user ID that the principal owns.
fn agents_person(user_id: &str) -> Person {
    let person = person(
        user_id,
        UserKind::BusinessUser,
        &["business-user", "settlement-agent"],
        ("TSANG", "Hiu Tung"),
        State::ReadyApp,
    );
    Person { capabilities: holding(&["12", "14", "15"]), settlement_agent: Some(AGENT), ..person }
}

/// The agent's own people, at home.
fn agent() -> Vec<Person> {
    let administrator = |user_id, role, name, levels: &[AccessLevel]| {
        let person = person(user_id, UserKind::DelegatedAdministrator, role, name, State::ReadyApp);
        Person { capabilities: rights(levels), ..person }
    };
    let user = |user_id, name, state| {
        let person = person(user_id, UserKind::BusinessUser, &["business-user"], name, state);
        Person { capabilities: holding(&["14", "15"]), ..person }
    };
    vec![
        administrator(
            "HKSAG1X1",
            &["da-maker"],
            ("KWOK", "Lai Fong"),
            &[AccessLevel::Enquiry, AccessLevel::Maker],
        ),
        administrator(
            "HKSAG1X2",
            &["da-checker"],
            ("MAK", "Chun Hei"),
            &[AccessLevel::Enquiry, AccessLevel::Checker],
        ),
        user("HKSAG101", ("TSANG", "Hiu Tung"), State::ReadyApp),
        user("HKSAG102", ("FUNG", "Sze Wan"), State::ReadyEmail),
    ]
}

fn operators() -> Vec<Person> {
    let all = [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker];
    [("OPS001", ("AU", "Pui Shan")), ("OPS002", ("SZETO", "Ming")), ("OPS003", ("LAU", "Ho Yin"))]
        .into_iter()
        .map(|(user_id, name)| Person {
            capabilities: rights(&all),
            ..person(user_id, UserKind::Operator, &["operator"], name, State::ReadyApp)
        })
        .collect()
}

fn person(
    user_id: &str,
    kind: UserKind,
    roles: &'static [&'static str],
    (surname, other_names): (&str, &str),
    state: State,
) -> Person {
    Person {
        user_id: user_id.to_owned(),
        kind,
        roles,
        surname: surname.to_owned(),
        other_names: other_names.to_owned(),
        state,
        capabilities: Capabilities::default(),
        settlement_agent: None,
        card: false,
    }
}

fn rights(levels: &[AccessLevel]) -> Capabilities {
    let levels = levels.iter().copied().collect();
    Capabilities {
        access_levels: [(DaFunction::SecurityManagement, levels)].into(),
        ..Capabilities::default()
    }
}

pub(crate) fn holding(groups: &[&str]) -> Capabilities {
    let business_user_groups = groups.iter().filter_map(|group| group.parse().ok()).collect();
    Capabilities { business_user_groups, ..Capabilities::default() }
}

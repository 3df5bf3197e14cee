//! Who may be appointed by whom, and what the end of it ends.

use serde_json::json;

use super::super::testing::{asker, difference, found, judged, participant};
use super::*;
use crate::directory::clearing_house::ClearingHouse::{Exchange, Hkcc};
use crate::directory::permission::Office::{DelegatedAdministrator, Operator};
use crate::from_millis;

fn abc() -> Participant {
    participant(Hkcc, "ABC", ParticipantKind::ClearingParticipant)
}

fn agent() -> Participant {
    participant(Hkcc, "SAG", ParticipantKind::SettlementAgent)
}

fn appointment(ended: bool) -> Appointment {
    let (principal, agent) = (abc().key, agent().key);
    let ended_at = ended.then(|| from_millis(2));
    Appointment { principal, agent, since: from_millis(1), ended_at, version: 5 }
}

fn about<'a>(
    principal: Option<&'a Participant>,
    agent: Option<&'a Participant>,
    appointment: Option<&'a Appointment>,
) -> About<'a> {
    About { principal, agent, appointment, people: 2 }
}

#[test]
fn a_principal_or_the_exchange_appoints() {
    let (abc, agent) = (abc(), agent());
    for office in [Operator, DelegatedAdministrator] {
        let new = judged(|findings| appoint(asker(office), &about(Some(&abc), Some(&agent), None), findings));
        assert_eq!(new.subject.target.to_string(), "appointment:HKCC/ABC>HKCC/SAG");
        assert_eq!((new.subject.version, &difference(&new)["appointed"]), (0, &json!([null, true])));
    }
    let former = appointment(true);
    let again = judged(|findings| {
        appoint(asker(Operator), &about(Some(&abc), Some(&agent), Some(&former)), findings)
    });
    assert_eq!((again.subject.version, difference(&again)), (5, json!({ "appointed": [false, true] })));
}

#[test]
fn only_a_settlement_agent_is_appointed_by_a_participant() {
    let (abc, agent) = (abc(), agent());
    let closed = Participant { closed_at: Some(from_millis(1)), ..agent.clone() };
    let exchange = participant(Exchange, "EXCHANGE", ParticipantKind::Exchange);
    let bank = participant(Hkcc, "DEF", ParticipantKind::DesignatedBank);
    let living = appointment(false);
    for (about, field, code) in [
        (about(None, Some(&agent), None), "principal", FindingCode::NotFound),
        (about(Some(&exchange), Some(&agent), None), "principal", FindingCode::NotFound),
        (about(Some(&abc), None, None), "agent", FindingCode::NotFound),
        (about(Some(&abc), Some(&bank), None), "agent", FindingCode::NotFound),
        (about(Some(&abc), Some(&closed), None), "agent", FindingCode::NotFound),
        (about(Some(&agent), Some(&agent), None), "agent", FindingCode::NotApplicable),
        (about(Some(&abc), Some(&agent), Some(&living)), "agent", FindingCode::NothingChanges),
    ] {
        let found = found(|findings| appoint(asker(Operator), &about, findings));
        assert_eq!(found, [(field.to_owned(), code)]);
    }
}

#[test]
fn an_end_says_how_many_people_it_ends() {
    let (abc, agent, living) = (abc(), agent(), appointment(false));
    let done =
        judged(|findings| end(asker(Operator), &about(Some(&abc), Some(&agent), Some(&living)), findings));
    assert_eq!(difference(&done), json!({ "appointed": [true, false], "enabled_people": [2, 0] }));
    let former = appointment(true);
    for nothing in [None, Some(&former)] {
        let about = about(Some(&abc), Some(&agent), nothing);
        let found = found(|findings| end(asker(Operator), &about, findings));
        assert_eq!(found, [("agent".to_owned(), FindingCode::NotFound)]);
    }
}

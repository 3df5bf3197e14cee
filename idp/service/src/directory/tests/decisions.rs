//! Who may decide what: each role at each decision, and each decision after each end.

use countersign_core::directory::change_request::{DocumentHash, TransitionError};
use countersign_core::directory::signatures::Refusal;

use super::*;
use crate::directory::{DecideError, Decided, approve, expire_overdue, reject, withdraw};
use crate::testing::town::{HERE, towns};

/// What came of a decision, in a word.
fn word<T>(result: &Result<T, DecideError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(DecideError::NotFound) => "not found".to_owned(),
        Err(DecideError::NotTheMaker) => "not the maker".to_owned(),
        Err(DecideError::Over(why)) => why.to_string(),
        Err(DecideError::Refused(refusal)) => refusal.to_string(),
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn everyone_else_is_refused_by_name_and_it_is_written_down() {
    let elsewhere = Refusal::CheckerFromElsewhere.to_string();
    let lacks = Refusal::CheckerLacksRight.to_string();
    let is_maker = Refusal::CheckerIsMaker.to_string();
    let not_found = "not found".to_owned();
    let roles = [
        ("HKABC1X1", is_maker),
        ("HKABC1X2", lacks),
        ("HKDEF1Y1", not_found.clone()),
        ("HKDEF1X1", not_found.clone()),
        ("OPS001", elsewhere),
        ("HKABC101", not_found),
    ];
    for town in towns().await {
        let services = town.services();
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let mut denied = 0;
        for (user_id, refusal) in &roles {
            let actor = town.actor(user_id).await;
            assert_eq!(&word(&town.approve(&actor, &request).await), refusal, "{} {user_id}", town.kind());
            let rejected = reject(services, &actor, &request.id, "no", HERE, None).await;
            assert_eq!(&word(&rejected), refusal, "{user_id}");
            if user_id != &"HKABC1X1" {
                let taken_back = word(&withdraw(services, &actor, &request.id, HERE, None).await);
                let expected = if refusal == "not found" { "not found" } else { "not the maker" };
                assert_eq!(taken_back, expected, "{user_id}");
                denied += u32::from(expected == "not the maker");
            }
            denied += if refusal == "not found" { 0 } else { 2 };
        }
        assert_eq!(town.state(&request.id).await.name(), "pending");
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("hkabc101@participant.example"));
        let steps = town.steps(&request.id).await;
        let written = steps.iter().filter(|step| *step == "attempt_denied").count();
        assert_eq!(written, denied as usize, "{steps:?}");
    }
}

#[tokio::test]
async fn a_checker_signs_and_it_takes_effect() {
    for town in towns().await {
        let request = town.signed("HKABC1X1", "HKABC1Y1", email("HKABC101", "new@abc.example")).await;
        let state =
            town.ended(&request, "applied", "HKABC101", &["request_approved", "request_submitted"]).await;
        assert_eq!(state, request.state);
        assert_eq!(state.checker().unwrap().user_id, "HKABC1Y1");
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("new@abc.example"));
        let trail = town.trail(&request.id).await;
        let approved = trail.iter().find(|record| record.action == "request_approved").unwrap();
        assert_eq!(approved.actor_name.as_deref(), Some("HKABC1Y1"));
        assert_eq!(approved.checker_name.as_deref(), Some("HKABC1Y1"));
        let body: Value = serde_json::from_str(&approved.body).unwrap();
        assert_eq!(body["after"]["document_hash"], request.signed.hash().as_str());
        assert_eq!(body["after"]["signed"], "queue");
        assert_eq!(body["after"]["sole_administrator"], false);
        assert_eq!(body["after"]["subjects"]["profile:HKABC101"]["email"], "new@abc.example");
    }
}

#[tokio::test]
async fn a_checker_refuses_with_a_reason_and_a_maker_takes_back() {
    for town in towns().await {
        let services = town.services();
        let checker = town.actor("HKABC1Y1").await;
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        for empty in ["", " \n"] {
            let refused = reject(services, &checker, &request.id, empty, HERE, None).await;
            assert!(matches!(refused, Err(DecideError::NoReason)));
        }
        reject(services, &checker, &request.id, " not ours ", HERE, None).await.unwrap();
        let state =
            town.ended(&request, "rejected", "HKABC101", &["request_rejected", "request_submitted"]).await;
        let State::Rejected { reason, .. } = state else { panic!() };
        assert_eq!(reason, "not ours");

        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        withdraw(services, &town.actor("HKABC1X1").await, &request.id, HERE, None).await.unwrap();
        town.ended(&request, "withdrawn", "HKABC101", &["request_submitted", "request_withdrawn"]).await;
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("hkabc101@participant.example"));
        assert!(town.mail().await.is_empty());
    }
}

#[tokio::test]
async fn every_end_is_final_for_everybody() {
    for town in towns().await {
        let services = town.services();
        let (maker, checker) = (town.actor("HKABC1X1").await, town.actor("HKABC1Y1").await);
        for end in ["applied", "rejected", "withdrawn", "expired", "conflicted"] {
            let request = town.asked("HKABC1X1", email("HKABC101", &format!("{end}@abc.example"))).await;
            match end {
                "applied" => drop(town.approve(&checker, &request).await.unwrap()),
                "rejected" => drop(reject(services, &checker, &request.id, "no", HERE, None).await.unwrap()),
                "withdrawn" => drop(withdraw(services, &maker, &request.id, HERE, None).await.unwrap()),
                "expired" => {
                    town.node.clock.advance_seconds(15 * 86_400);
                    assert_eq!(expire_overdue(services).await.unwrap(), 1);
                }
                _ => {
                    town.edit("HKABC101", |record| record.profile.surname.push('!')).await;
                    let decided = town.approve(&checker, &request).await.unwrap();
                    assert!(matches!(decided, Decided::Conflicted(_)));
                }
            }
            let before = town.state(&request.id).await;
            let already = format!("the request is already {end}");
            assert_eq!(before.name(), end, "{}", town.kind());
            assert_eq!(word(&town.approve(&checker, &request).await), already);
            assert_eq!(word(&reject(services, &checker, &request.id, "no", HERE, None).await), already);
            assert_eq!(word(&withdraw(services, &maker, &request.id, HERE, None).await), already);
            assert_eq!(expire_overdue(services).await.unwrap(), 0);
            assert_eq!(town.state(&request.id).await, before);
        }
    }
}

#[tokio::test]
async fn in_its_last_moment_a_request_can_be_signed_and_then_no_more() {
    for town in towns().await {
        let services = town.services();
        let days = 86_400 * i64::from(services.policy.requests.days_to_sign);
        let checker = town.actor("HKABC1Y1").await;
        let first = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        town.node.clock.advance_seconds(days - 1);
        let second = town.asked("HKABC1X2", email("HKABC102", "new@abc.example")).await;
        assert_eq!(expire_overdue(services).await.unwrap(), 0);
        assert_eq!(word(&town.approve(&checker, &first).await), "done", "{}", town.kind());
        town.node.clock.advance_seconds(days);
        // Nobody has noticed yet that its time is over; it is all the same.
        let late = TransitionError::TooLate.to_string();
        assert_eq!(word(&town.approve(&checker, &second).await), late);
        assert_eq!(word(&reject(services, &checker, &second.id, "no", HERE, None).await), late);
        let maker = town.actor("HKABC1X2").await;
        assert_eq!(word(&withdraw(services, &maker, &second.id, HERE, None).await), late);
        assert!(!town.is_free("HKABC102").await);
        assert_eq!(expire_overdue(services).await.unwrap(), 1);
        town.ended(&second, "expired", "HKABC102", &["request_expired", "request_submitted"]).await;
        assert_eq!(town.mailbox("HKABC102").await.as_deref(), Some("hkabc102@participant.example"));
    }
}

#[tokio::test]
async fn another_document_than_the_one_shown_is_not_signed() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let other = town.asked("HKABC1X1", email("HKABC102", "new@abc.example")).await;
        let checker = town.actor("HKABC1Y1").await;
        for hash in [other.signed.hash().clone(), DocumentHash::of("")] {
            let refused = approve(town.services(), &checker, &request.id, &hash, HERE, None).await;
            assert!(matches!(refused, Err(DecideError::AnotherDocument)), "{}", town.kind());
        }
        assert_eq!(town.state(&request.id).await.name(), "pending");
    }
}

#[tokio::test]
async fn a_stored_text_that_was_edited_is_signed_by_nobody() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let edit = "UPDATE change_requests SET document = replace(document, 'new@abc', 'bad@abc')";
        assert_eq!(town.node.database.tamper(edit).await, 1);
        let refused = town.approve(&town.actor("HKABC1Y1").await, &request).await;
        assert!(matches!(refused, Err(DecideError::Tampered)), "{}: {refused:?}", town.kind());
        assert_eq!(town.mailbox("HKABC101").await.as_deref(), Some("hkabc101@participant.example"));
    }
}

#[tokio::test]
async fn operators_sign_for_operators_and_see_what_concerns_a_participant() {
    for town in towns().await {
        let request = town.asked("OPS001", change("HKABC1X1", &json!({ "surname": "WONG" }))).await;
        // The participant's people see it and sign nothing.
        let checker = town.actor("HKABC1Y1").await;
        let refused = word(&town.approve(&checker, &request).await);
        assert_eq!(refused, Refusal::CheckerIsNoOperator.to_string(), "{}", town.kind());
        let stranger = town.actor("HKDEF1Y1").await;
        assert_eq!(word(&town.approve(&stranger, &request).await), "not found");
        assert_eq!(
            word(&town.approve(&town.actor("OPS001").await, &request).await),
            Refusal::CheckerIsMaker.to_string()
        );
        assert_eq!(word(&town.approve(&town.actor("OPS002").await, &request).await), "done");
        assert_eq!(town.record("HKABC1X1").await.unwrap().profile.surname, "WONG");
    }
}

#[tokio::test]
async fn a_text_that_was_exchanged_with_its_hash_is_signed_by_nobody() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let text = request.signed.text().replace("new@abc.example", "own@evil.example");
        let hash = DocumentHash::of(&text);
        let quoted = text.replace('\'', "''");
        let edit = format!("UPDATE change_requests SET document = '{quoted}', document_hash = '{hash}'");
        assert_eq!(town.node.database.tamper(&edit).await, 1);
        let (services, checker) = (town.services(), town.actor("HKABC1Y1").await);
        let approved = approve(services, &checker, &request.id, &hash, HERE, None).await;
        assert!(matches!(approved, Err(DecideError::Tampered)), "{}: {approved:?}", town.kind());
        assert_ne!(town.mailbox("HKABC101").await.as_deref(), Some("own@evil.example"));
        assert_eq!(town.steps(&request.id).await, ["attempt_denied", "request_submitted"]);
        // Nor under another maker's name, which would let the maker check.
        let edit = "UPDATE change_requests SET maker_profile_id = (SELECT id FROM profiles WHERE user_id = 'HKABC1X2')";
        let other = town.asked("HKABC1X1", email("HKABC102", "b@abc.example")).await;
        assert_eq!(town.node.database.tamper(&format!("{edit} WHERE id = '{}'", other.id)).await, 1);
        let approved = town.approve(&checker, &other).await;
        assert!(matches!(approved, Err(DecideError::Tampered)), "{}: {approved:?}", town.kind());
    }
}

//! Writing and finding.

use countersign_core::audit::{Action, AuditActor, AuditEntry, Owner, Person, Subject};
use countersign_core::ids::{ParticipantKey, ProfileId, RequestId};
use countersign_store::{Audit, AuditFilter};
use serde_json::json;

use super::support::{administrator, by_a_job, found, write};
use crate::audit::append;
use crate::testing::nodes;

#[tokio::test]
async fn a_record_says_all_that_it_was_given() {
    for node in nodes().await {
        let participant = ParticipantKey::from_stored("abc");
        let maker = administrator(&participant);
        let checker = Person {
            profile_id: ProfileId::from_stored("p2"),
            user_id: "HKABC1X2".into(),
            participant: "HKCC ABC".into(),
        };
        let entry = AuditEntry::new(Action::RequestApproved, AuditActor::Person((&maker).into()))
            .about(Subject::profile(&ProfileId::from_stored("p3"), "HKABC101"))
            .owned_by(Owner::Participant(participant.clone()))
            .on_request(RequestId::from_stored("r1"))
            .checked_by(checker)
            .from_source("192.0.2.7")
            .before(json!({"email": null}))
            .after(json!({"email": "chan@abc.example"}))
            .because("a new mailbox");
        let before = node.services.store.statements();
        write(&node.services, entry).await;
        assert_eq!(node.services.store.statements(), before + 1, "{}", node.database.kind);

        let all = found(&node.services, &AuditFilter::default()).await;
        assert_eq!((all.len(), all[0].seq), (1, None), "{}", node.database.kind);
        let record = &all[0].record;
        let texts = [
            &record.action,
            &record.outcome,
            &record.actor_kind,
            record.actor_id.as_ref().unwrap(),
            record.actor_name.as_ref().unwrap(),
            record.actor_participant.as_ref().unwrap(),
            record.subject_kind.as_ref().unwrap(),
            record.subject_id.as_ref().unwrap(),
            record.subject_name.as_ref().unwrap(),
            record.participant_id.as_ref().unwrap(),
            record.request_id.as_ref().unwrap(),
            record.checker_id.as_ref().unwrap(),
            record.checker_name.as_ref().unwrap(),
            record.source.as_ref().unwrap(),
            &record.body,
        ];
        let expected = [
            "request_approved",
            "done",
            "person",
            "p1",
            "HKABC1X1",
            "HKCC ABC",
            "profile",
            "p3",
            "HKABC101",
            "abc",
            "r1",
            "p2",
            "HKABC1X2",
            "192.0.2.7",
            r#"{"after":{"email":"chan@abc.example"},"before":{"email":null},"reason":"a new mailbox"}"#,
        ];
        assert_eq!(texts, expected);
        assert_eq!(record.at, countersign_core::to_millis(node.services.now()));
    }
}

#[tokio::test]
async fn what_did_not_happen_is_not_recorded() {
    for node in nodes().await {
        let tx = node.services.store.begin().await.unwrap();
        append(&node.services, &tx, by_a_job()).await.unwrap();
        drop(tx);
        assert!(found(&node.services, &AuditFilter::default()).await.is_empty(), "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_users_own_record_is_their_participants_and_nobodys_when_they_are_not_there() {
    for node in nodes().await {
        let person = node.person(|_| ()).await;
        let mut profile = person.profile;
        write(&node.services, AuditEntry::by_user(Action::PasswordChanged, &profile)).await;
        let all = found(&node.services, &AuditFilter::default()).await;
        let owner = all[0].record.participant_id.clone().unwrap();
        let own = administrator(&ParticipantKey::from_stored(owner)).scope().unwrap();
        let other = administrator(&ParticipantKey::from_stored("other")).scope().unwrap();
        let audit = Audit::on(node.services.store.read());
        let filter = AuditFilter::default();
        assert_eq!(audit.search(&own, &filter, None, 10).await.unwrap().len(), 1, "{}", node.database.kind);
        assert_eq!(audit.search(&other, &filter, None, 10).await.unwrap().len(), 0, "{}", node.database.kind);

        profile.id = ProfileId::from_stored("nobody");
        let before = node.services.store.statements();
        write(&node.services, AuditEntry::by_user(Action::PasswordChanged, &profile)).await;
        assert_eq!(node.services.store.statements(), before + 1, "the same statement");
        assert_eq!(found(&node.services, &filter).await.len(), 1, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn records_are_found_newest_first_page_by_page() {
    for node in nodes().await {
        for number in 0..7 {
            write(&node.services, by_a_job().because(number.to_string())).await;
            // Some share an instant.
            node.clock.advance_seconds(number % 2);
        }
        let audit = Audit::on(node.services.store.read());
        let scope = countersign_core::directory::actor::Scope::of_the_installation();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = audit.search(&scope, &AuditFilter::default(), cursor.as_ref(), 2).await.unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some(last.cursor());
            seen.extend(page);
        }
        assert_eq!(seen, found(&node.services, &AuditFilter::default()).await, "{}", node.database.kind);
        assert_eq!(seen.len(), 7);
        assert!(seen.windows(2).all(|pair| pair[0].record.at >= pair[1].record.at));
    }
}

#[tokio::test]
async fn a_filter_finds_what_it_says() {
    for node in nodes().await {
        let start = node.services.now();
        let subject = Subject::profile(&ProfileId::from_stored("p3"), "HKABC101");
        write(&node.services, by_a_job().about(subject)).await;
        node.clock.advance_seconds(10);
        let maker = administrator(&ParticipantKey::from_stored("abc"));
        let denied = AuditEntry::new(Action::AttemptDenied, AuditActor::Person((&maker).into()));
        write(&node.services, denied.on_request(RequestId::from_stored("r1")).denied("checker_is_maker"))
            .await;
        let filters = [
            (AuditFilter { actor: Some("HKABC1X1".into()), ..AuditFilter::default() }, "attempt_denied"),
            (AuditFilter { subject: Some("HKABC101".into()), ..AuditFilter::default() }, "job_ran"),
            (AuditFilter { action: Some(Action::JobRan), ..AuditFilter::default() }, "job_ran"),
            (AuditFilter { to: Some(node.services.now()), ..AuditFilter::default() }, "job_ran"),
            (
                AuditFilter {
                    from: Some(start + chrono::TimeDelta::milliseconds(1)),
                    ..AuditFilter::default()
                },
                "attempt_denied",
            ),
            (
                AuditFilter { request: Some(RequestId::from_stored("r1")), ..AuditFilter::default() },
                "attempt_denied",
            ),
        ];
        for (filter, expected) in filters {
            let actions: Vec<_> =
                found(&node.services, &filter).await.into_iter().map(|found| found.record.action).collect();
            assert_eq!(actions, [expected], "{filter:?} on {}", node.database.kind);
        }
    }
}

//! What is said before anything is submitted, by what the directory holds.

use countersign_core::directory::change_request::Draft;
use countersign_core::directory::phase::Phase;

use super::*;
use crate::directory::{Entrance, prepare};
use crate::testing::town::towns;

#[tokio::test]
async fn looking_at_a_draft_writes_nothing() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let draft: Draft = serde_json::from_value(email("HKABC101", "ops@gmail.com")).unwrap();
        let services = town.services();
        let prepared = prepare(services, || services.store.read(), &maker, &draft, None, Entrance::Api(""))
            .await
            .unwrap();
        assert_eq!(prepared.findings.len(), 2, "{:?}", prepared.findings);
        assert_eq!(prepared.concerns.as_ref(), Some(&town.abc.key));
        let document = prepared.document.unwrap();
        assert_eq!(document.subjects[0].difference[0].after, "ops@gmail.com");
        assert!(town.is_free("HKABC101").await, "{}", town.kind());
    }
}

#[tokio::test]
async fn while_one_request_waits_nobody_asks_for_another_of_the_same_profile() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        let waits = FindingCode::AlreadyPending { request: Some(request.id.as_str().to_owned()) };
        let other = town.actor("HKABC1X2").await;
        for draft in [
            email(" hkabc101", "other@abc.example"),
            change("HKABC101", &json!({ "surname": "WONG" })),
            whole("delete_profile", "HKABC101"),
        ] {
            let refused = findings(town.submit(&other, draft).await);
            assert_eq!(refused, [("user_id".to_owned(), waits.clone())], "{}", town.kind());
        }
        let lines = json!([email("HKABC102", "b@abc.example"), email("HKABC101", "c@abc.example")]);
        let refused = findings(town.submit(&other, json!({ "kind": "batch", "lines": lines })).await);
        assert_eq!(refused, [("lines[1].user_id".to_owned(), waits.clone())]);
        // A line that names two people still counts as one.
        let merge = json!({ "kind": "merge_profiles", "keep": "HKABC1X2", "remove": "HKABC102" });
        let lines = json!([merge, email("HKABC101", "c@abc.example")]);
        let refused = findings(town.submit(&other, json!({ "kind": "batch", "lines": lines })).await);
        assert!(refused.contains(&("lines[1].user_id".to_owned(), waits)), "{refused:?}");
        assert!(town.is_free("HKABC102").await);
        // Others are told neither that there is such a user nor that anything waits.
        let stranger = town.actor("HKDEF1X1").await;
        let refused = findings(town.submit(&stranger, email("HKABC101", "d@def.example")).await);
        assert_eq!(refused, [("user_id".to_owned(), FindingCode::NotFound)], "{}", town.kind());
    }
}

#[tokio::test]
async fn another_participants_people_are_not_there() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let not_found = [("user_id".to_owned(), FindingCode::NotFound)];
        for draft in [
            email("HKDEF101", "x@abc.example"),
            whole("delete_profile", "HKDEF101"),
            whole("unlock_profile", "HKXYZ101"),
        ] {
            assert_eq!(findings(town.submit(&maker, draft).await), not_found, "{}", town.kind());
        }
        let def = json!({ "clearing_house": "HKCC", "participant": "DEF" });
        let draft = json!({ "kind": "create_profile", "participant": def, "user_id": "HKDEF177", "fields": { "surname": "X" } });
        let refused = findings(town.submit(&maker, draft).await);
        assert_eq!(refused, [("participant".to_owned(), FindingCode::NotFound)]);
        let merge = json!({ "kind": "merge_profiles", "keep": "HKABC1X2", "remove": "HKDEF101" });
        town.node.set_phase(Phase::Complete).await;
        let refused = findings(town.submit(&maker, merge).await);
        assert_eq!(refused, [("remove".to_owned(), FindingCode::NotFound)]);
    }
}

#[tokio::test]
async fn a_user_id_is_one_persons_and_comes_back_as_a_new_profile() {
    for town in towns().await {
        let create =
            json!({ "kind": "create_profile", "user_id": "HKABC101", "fields": { "surname": "WONG" } });
        let taken = [("user_id".to_owned(), FindingCode::UserIdTaken)];
        let maker = town.actor("HKABC1X1").await;
        assert_eq!(findings(town.submit(&maker, create.clone()).await), taken, "{}", town.kind());
        let former = town.record("HKABC101").await.unwrap().profile.id;
        town.signed("HKABC1X1", "HKABC1Y1", whole("delete_profile", "HKABC101")).await;
        town.signed("HKABC1X1", "HKABC1Y1", create).await;
        let anew = town.record("HKABC101").await.unwrap().profile;
        assert_eq!(anew.surname, "WONG", "{}", town.kind());
        assert_ne!(anew.id, former, "nothing of the former profile comes back with its user ID");
    }
}

#[tokio::test]
async fn a_mailbox_warns_of_the_colleagues_who_have_it_and_tells_of_nobody_elses() {
    for town in towns().await {
        let services = town.services();
        let maker = town.actor("HKABC1X1").await;
        let said = async |address: &str| {
            let draft: Draft = serde_json::from_value(email("HKABC101", address)).unwrap();
            prepare(services, || services.store.read(), &maker, &draft, None, Entrance::Api(""))
                .await
                .unwrap()
                .findings
        };
        let shared = said("HKABC102@Participant.example").await;
        assert_eq!(shared.len(), 1, "{} {shared:?}", town.kind());
        assert_eq!(shared[0].code, FindingCode::SharedMailbox { others: 1 });
        assert_eq!(said("hkdef101@participant.example").await, []);
    }
}

/// It may be meant so: the participant goes on with what operators do for it, and is told what that means.
#[tokio::test]
async fn who_takes_the_last_maker_or_checker_away_is_warned() {
    for town in towns().await {
        let operator = town.actor("OPS001").await;
        let services = town.services();
        let warned = async |draft: Value| {
            let draft: Draft = serde_json::from_value(draft).unwrap();
            let prepared =
                prepare(services, || services.store.read(), &operator, &draft, None, Entrance::Api(""))
                    .await
                    .unwrap();
            assert!(prepared.document.is_some(), "{} {draft:?}: {:?}", town.kind(), prepared.findings);
            prepared.findings.iter().any(|finding| finding.code == FindingCode::LastAdministrator)
        };
        let rights = |levels: &[&str]| json!({ "access_levels": { "security_management": levels } });
        let batch = |lines: &[Value]| json!({ "kind": "batch", "lines": lines });
        // There are two of each.
        assert!(!warned(whole("delete_profile", "HKABC1X1")).await, "{}", town.kind());
        assert!(!warned(change("HKABC1Y1", &rights(&["EE"]))).await);
        let both =
            [whole("delete_profile", "HKABC1X1"), change("HKABC1X2", &json!({ "status": "DISABLED" }))];
        assert!(warned(batch(&both)).await);
        let one_of_each = [whole("delete_profile", "HKABC1X1"), whole("delete_profile", "HKABC1Y1")];
        assert!(!warned(batch(&one_of_each)).await);
        // A suspended one is none.
        town.edit("HKABC1X2", |record| {
            record.set_status(countersign_core::directory::status::ProfileStatus::Suspended);
        })
        .await;
        assert!(warned(whole("delete_profile", "HKABC1X1")).await);
        assert!(warned(change("HKABC1X1", &rights(&["EE", "CK"]))).await);
        assert!(!warned(change("HKABC1X1", &json!({ "surname": "WONG" }))).await);
        // Another takes their place in the same request.
        let place = change("HKABC1Y2", &rights(&["EE", "MK"]));
        assert!(!warned(batch(&[whole("delete_profile", "HKABC1X1"), place])).await);
        // It only warns: it can be asked for, signed, and takes effect.
        town.signed("OPS001", "OPS002", whole("delete_profile", "HKABC1X1")).await;
        assert!(town.record("HKABC1X1").await.is_none());
    }
}

//! Many at once, and those who are given up half-way.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::directory::change_request::Draft;
use countersign_core::directory::signatures::Refusal;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::oauth::acr::Acr;
use countersign_store::Activity;

use super::registry::{about, appointment, group, voting};
use super::*;
use crate::directory::{
    DecideError, Decided, Entrance, approve, expire_overdue, reject, submit, suspend, withdraw,
};
use crate::sessions::{self, Login};
use crate::testing::town::{HERE, towns};

#[tokio::test]
async fn of_makers_who_ask_at_once_one_waits() {
    for town in towns().await {
        let makers = [town.actor("HKABC1X1").await, town.actor("HKABC1X2").await];
        let asking = makers.iter().cycle().take(12).enumerate().map(|(number, maker)| {
            let (services, maker) = (Arc::clone(&town.node.services), maker.clone());
            tokio::spawn(async move {
                let draft = email("HKABC101", &format!("n{number}@abc.example"));
                let draft: Draft = serde_json::from_value(draft).unwrap();
                let tx = services.store.begin().await.unwrap();
                let submitted = submit(&services, &tx, &maker, &draft, None, Entrance::Api(HERE)).await;
                // As an answer that is kept under its idempotency key would be.
                tx.commit().await.unwrap();
                submitted
            })
        });
        let mut waiting = 0;
        for asked in asking.collect::<Vec<_>>() {
            match asked.await.unwrap() {
                Ok(_) => waiting += 1,
                refused => {
                    let said = findings(refused);
                    assert!(
                        matches!(said.as_slice(), [(_, FindingCode::AlreadyPending { request: Some(request) })] if request.len() == 32),
                        "{said:?}"
                    );
                }
            }
        }
        assert_eq!(waiting, 1, "{}", town.kind());
        let left = "UPDATE change_requests SET kind = kind";
        assert_eq!(town.node.database.tamper(left).await, 1, "{}: who lost left nothing", town.kind());
    }
}

#[tokio::test]
async fn of_all_who_decide_at_once_one_does_and_the_profile_agrees() {
    for town in towns().await {
        for round in 0..5 {
            let address = format!("n{round}@abc.example");
            let request = town.asked("HKABC1X1", email("HKABC101", &address)).await;
            let former = town.mailbox("HKABC101").await;
            let services = town.services();
            let (maker, one, other) =
                (town.actor("HKABC1X1").await, town.actor("HKABC1Y1").await, town.actor("HKABC1Y2").await);
            let hash = request.signed.hash();
            let (approved, rejected, withdrawn) = tokio::join!(
                approve(services, &one, &request.id, hash, HERE, None),
                reject(services, &other, &request.id, "no", HERE, None),
                withdraw(services, &maker, &request.id, HERE, None),
            );
            let done = [approved.is_ok(), rejected.is_ok(), withdrawn.is_ok()];
            assert_eq!(done.iter().filter(|one| **one).count(), 1, "{} {done:?}", town.kind());
            let state = town.state(&request.id).await.name();
            let expected = ["applied", "rejected", "withdrawn"];
            assert!(done[expected.iter().position(|name| *name == state).unwrap()]);
            let mailbox = if done[0] { Some(address) } else { former };
            assert_eq!(town.mailbox("HKABC101").await, mailbox);
            assert_eq!(town.steps(&request.id).await.len(), 2, "one submission and one end");
        }
    }
}

#[tokio::test]
async fn nodes_that_notice_at_once_expire_a_request_once() {
    for town in towns().await {
        let mut requests = Vec::new();
        for number in 1..=5 {
            requests
                .push(town.asked("HKABC1X1", email(&format!("HKABC10{number}"), "new@abc.example")).await);
        }
        let second = crate::testing::second_node(&town.node).await;
        town.node.clock.advance_seconds(15 * 86_400);
        let (one, other) = tokio::join!(expire_overdue(town.services()), expire_overdue(&second));
        assert_eq!(one.unwrap() + other.unwrap(), 5, "{}", town.kind());
        for request in requests {
            assert_eq!(town.steps(&request.id).await, ["request_expired", "request_submitted"]);
        }
    }
}

#[tokio::test]
async fn a_submission_that_was_not_committed_never_was() {
    for town in towns().await {
        let maker = town.actor("HKABC1X1").await;
        let draft: Draft = serde_json::from_value(email("HKABC101", "new@abc.example")).unwrap();
        let tx = town.services().store.begin().await.unwrap();
        let submitted =
            submit(town.services(), &tx, &maker, &draft, None, Entrance::Api(HERE)).await.unwrap();
        drop(tx);
        assert!(town.is_free("HKABC101").await, "{}", town.kind());
        assert_eq!(town.steps(&submitted.request.id).await, <[&str; 0]>::default());
    }
}

/// A request is given up at any point of its approval: afterwards there is all of it, or nothing.
#[tokio::test]
async fn whoever_dies_while_approving_leaves_all_of_it_or_nothing() {
    for town in towns().await {
        let (mut whole, mut nothing) = (0, 0);
        for round in 0..24_u64 {
            let lines: Vec<_> = (1..=5)
                .map(|number| email(&format!("HKABC10{number}"), &format!("r{round}n{number}@abc.example")))
                .collect();
            let request = town.asked("HKABC1X1", json!({ "kind": "batch", "lines": lines })).await;
            let (services, id) = (Arc::clone(&town.node.services), request.id.clone());
            let (checker, hash) = (town.actor("HKABC1Y1").await, request.signed.hash().clone());
            let dying =
                tokio::spawn(async move { drop(approve(&services, &checker, &id, &hash, HERE, None).await) });
            tokio::time::sleep(Duration::from_micros(400 * round)).await;
            dying.abort();
            let _aborted = dying.await;
            // The next unit of work waits for what is left of the former.
            town.services().store.begin().await.unwrap().commit().await.unwrap();
            let steps = town.steps(&request.id).await;
            let applied = town.state(&request.id).await.name() == "applied";
            assert_eq!(steps.len(), if applied { 2 } else { 1 }, "{} {round}: {steps:?}", town.kind());
            for number in 1..=5 {
                let changed = town.mailbox(&format!("HKABC10{number}")).await;
                let is_new = changed == Some(format!("r{round}n{number}@abc.example"));
                assert_eq!(is_new, applied, "{} {round}: line {number}", town.kind());
            }
            if applied {
                whole += 1;
            } else {
                nothing += 1;
                let maker = town.actor("HKABC1X1").await;
                withdraw(town.services(), &maker, &request.id, HERE, None).await.unwrap();
            }
        }
        assert!(nothing > 0, "{}: {whole} whole, {nothing} nothing", town.kind());
    }
}

/// A login that is under way when a profile is changed has ended before its sessions are looked for.
#[tokio::test]
async fn a_login_under_way_does_not_outlive_the_change() {
    for town in towns().await {
        for (number, kind) in ["reset_factor", "change_profile"].into_iter().enumerate() {
            let user_id = format!("HKABC10{}", number + 1);
            let draft = match kind {
                "reset_factor" => whole(kind, &user_id),
                _ => email(&user_id, "new@abc.example"),
            };
            let request = town.asked("HKABC1X1", draft).await;
            let id = town.record(&user_id).await.unwrap().profile.id;
            let services = Arc::clone(&town.node.services);
            let tx = services.store.begin().await.unwrap();
            Activity::on(tx.connection()).hold(&id).await.unwrap();
            let (checker, hash) = (town.actor("HKABC1Y1").await, request.signed.hash().clone());
            let (node, request_id) = (Arc::clone(&services), request.id.clone());
            let approving =
                tokio::spawn(async move { approve(&node, &checker, &request_id, &hash, HERE, None).await });
            tokio::time::sleep(Duration::from_millis(100)).await;
            let login = Login {
                profile_id: id.clone(),
                acr: Acr::OtpEmail,
                source: HERE.to_owned(),
                user_agent: "Browser".to_owned(),
                browser: None,
                prior_access: None,
            };
            let (_, cookie) = sessions::establish(&services, &tx, login, None).await.unwrap();
            tx.commit().await.unwrap();
            approving.await.unwrap().unwrap();
            let present = sessions::peek(&services, cookie.expose()).await.unwrap();
            assert!(present.is_none(), "{} {kind}", town.kind());
        }
    }
}

/// Access that is being taken away is gone before anybody looks at it.
#[tokio::test]
async fn a_signature_under_way_waits_for_the_suspension_before_it() {
    for town in towns().await {
        for (whom, refusal) in
            [("HKABC1Y1", Refusal::CheckerLacksRight), ("HKABC1X1", Refusal::MakerLacksRight)]
        {
            let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
            let services = Arc::clone(&town.node.services);
            let (checker, by) = (town.actor("HKABC1Y1").await, town.actor("HKABC1X2").await);
            let tx = services.store.begin().await.unwrap();
            suspend(&services, &tx, &by, whom, "why", HERE).await.unwrap();
            let (node, id, hash) = (Arc::clone(&services), request.id.clone(), request.signed.hash().clone());
            let approving =
                tokio::spawn(async move { approve(&node, &checker, &id, &hash, HERE, None).await });
            tokio::time::sleep(Duration::from_millis(100)).await;
            tx.commit().await.unwrap();
            let refused = approving.await.unwrap();
            let is_refused = matches!(&refused, Err(DecideError::Refused(said)) if *said == refusal);
            assert!(is_refused, "{} {whom}: {refused:?}", town.kind());
            town.edit(whom, |record| record.set_status(ProfileStatus::Enabled)).await;
            let maker = town.actor("HKABC1X1").await;
            withdraw(&services, &maker, &request.id, HERE, None).await.unwrap();
        }
    }
}

/// Two who sign about one another at once wait in line rather than in a circle.
#[tokio::test]
async fn signatures_about_one_another_are_made_one_after_the_other() {
    for town in towns().await {
        for round in 0..8 {
            let surname = json!({ "surname": format!("N{round}") });
            let one = town.asked("OPS003", change("OPS001", &surname)).await;
            let other = town.asked("OPS003", change("OPS002", &surname)).await;
            let (first, second) = (town.actor("OPS001").await, town.actor("OPS002").await);
            let (one, other) = tokio::join!(town.approve(&second, &one), town.approve(&first, &other));
            assert!(one.is_ok() && other.is_ok(), "{}: {one:?} {other:?}", town.kind());
        }
    }
}

/// Two requests are approved at once that must not both come true as they were asked for; says which did.
async fn approved_at_once(town: &Town, one: (&str, &Request), other: (&str, &Request)) -> [bool; 2] {
    let services = town.services();
    let (first, second) = (town.actor(one.0).await, town.actor(other.0).await);
    let (done, also_done) = tokio::join!(
        Box::pin(approve(services, &first, &one.1.id, one.1.signed.hash(), HERE, None)),
        Box::pin(approve(services, &second, &other.1.id, other.1.signed.hash(), HERE, None)),
    );
    [done.unwrap(), also_done.unwrap()].map(|decided| matches!(decided, Decided::Ended(_)))
}

#[tokio::test]
async fn nobody_is_given_to_an_agent_while_it_is_being_dismissed() {
    for town in towns().await {
        town.add_agent("SAG").await;
        for round in 0..10 {
            let user_id = format!("HKABC6{round:02}");
            town.node.add_member(&town.abc, &user_id, |_| ()).await;
            let marking =
                town.asked("HKABC1X1", change(&user_id, &json!({ "settlement_agent": "SAG" }))).await;
            let ending = town.asked("OPS001", appointment("end_appointment", "ABC", "SAG")).await;
            let pair = approved_at_once(&town, ("HKABC1Y1", &marking), ("OPS002", &ending)).await;
            assert!(pair[1], "{} {round}", town.kind());
            let record = town.record(&user_id).await.unwrap();
            let given = record.profile.settlement_agent.is_some();
            assert_eq!(given, pair[0]);
            let expected = if given { ProfileStatus::Disabled } else { ProfileStatus::Enabled };
            assert_eq!(record.status, expected, "{} {round}", town.kind());
            town.signed("OPS001", "OPS002", appointment("appoint_agent", "ABC", "SAG")).await;
        }
    }
}

#[tokio::test]
async fn a_group_that_is_ending_is_given_to_nobody() {
    for town in towns().await {
        for round in 0..10 {
            let code = format!("5{round}");
            town.signed("OPS001", "OPS002", group("create_group", &code, &voting())).await;
            let user_id = format!("HKABC6{round:02}");
            town.node.add_member(&town.abc, &user_id, |_| ()).await;
            let in_it = json!({ "business_user_groups": [code] });
            let giving = town.asked("HKABC1X1", change(&user_id, &in_it)).await;
            let ending = town.asked("OPS001", group("delete_group", &code, &Value::Null)).await;
            let pair = approved_at_once(&town, ("HKABC1Y1", &giving), ("OPS002", &ending)).await;
            assert!(pair[0] != pair[1], "{} {round}: {pair:?}", town.kind());
        }
    }
}

#[tokio::test]
async fn of_two_participants_who_get_one_code_at_once_one_does() {
    for town in towns().await {
        for round in 0..10 {
            let firm =
                |name: &str| json!({ "kind": "CP", "name": name, "customer_codes": [format!("C0{round}")] });
            let one =
                town.asked("OPS001", about("create_participant", &format!("A0{round}"), &firm("One"))).await;
            let two =
                town.asked("OPS001", about("create_participant", &format!("B0{round}"), &firm("Two"))).await;
            let pair = approved_at_once(&town, ("OPS002", &one), ("OPS003", &two)).await;
            assert!(pair[0] != pair[1], "{} {round}: {pair:?}", town.kind());
        }
    }
}

//! What was asked for no longer means what it meant: nothing is applied, and the request is over.

use countersign_core::directory::phase::Phase;
use countersign_core::directory::status::ProfileStatus;
use countersign_store::Groups;

use super::*;
use crate::directory::{Decided, suspend};
use crate::testing::town::{HERE, towns};

const CONFLICT: [&str; 2] = ["request_conflicted", "request_submitted"];

impl Town {
    /// Approves what must be a conflict, and makes sure that it is over and nobody was told of anything.
    async fn conflicts(&self, checker: &str, request: &Request, user_id: &str) {
        let decided = self.approve(&self.actor(checker).await, request).await;
        assert!(matches!(&decided, Ok(Decided::Conflicted(_))), "{} {user_id}: {decided:?}", self.kind());
        let state = self.ended(request, "conflicted", user_id, &CONFLICT).await;
        let State::Conflicted { checker: who, what, .. } = state else { panic!() };
        assert_eq!(who.user_id, checker);
        assert!(what.contains(user_id), "{what}");
        assert!(self.mail().await.is_empty(), "{}", self.kind());
    }
}

#[tokio::test]
async fn a_profile_that_changed_since_is_left_as_it_is() {
    for town in towns().await {
        for draft in [
            email("HKABC101", "new@abc.example"),
            whole("delete_profile", "HKABC101"),
            whole("reset_factor", "HKABC101"),
            whole("reset_card_pin", "HKABC101"),
        ] {
            let request = town.asked("HKABC1X1", draft).await;
            town.edit("HKABC101", |record| record.profile.surname.push('!')).await;
            let before = format!("{:?}", town.record("HKABC101").await.unwrap());
            town.conflicts("HKABC1Y1", &request, "HKABC101").await;
            assert_eq!(format!("{:?}", town.record("HKABC101").await.unwrap()), before, "{}", town.kind());
        }
    }
}

#[tokio::test]
async fn a_suspension_in_between_is_not_lifted_by_an_older_request() {
    for town in towns().await {
        let request = town.asked("HKABC1X1", change("HKABC101", &json!({ "surname": "WONG" }))).await;
        let tx = town.services().store.begin().await.unwrap();
        let actor = town.actor("HKABC1X2").await;
        suspend(town.services(), &tx, &actor, "HKABC101", "left the firm", HERE).await.unwrap();
        tx.commit().await.unwrap();
        town.mail().await;
        town.conflicts("HKABC1Y1", &request, "HKABC101").await;
        assert_eq!(town.record("HKABC101").await.unwrap().status, ProfileStatus::Suspended);
    }
}

#[tokio::test]
async fn a_user_id_that_was_given_away_since_stays_with_its_owner() {
    for town in towns().await {
        let create =
            json!({ "kind": "create_profile", "user_id": "HKABC177", "fields": { "surname": "WONG" } });
        let request = town.asked("HKABC1X1", create).await;
        let owner = town.node.add_member(&town.abc, "HKABC177", |_| ()).await;
        town.conflicts("HKABC1Y1", &request, "HKABC177").await;
        assert_eq!(town.record("HKABC177").await.unwrap().profile.id, owner.id);
    }
}

#[tokio::test]
async fn a_phase_that_moved_since_decides() {
    for town in towns().await {
        let exchange = "OPS002";
        let surname = json!({ "surname": "WONG" });
        let abc = json!({ "clearing_house": "HKCC", "participant": "ABC" });
        let create =
            json!({ "kind": "create_profile", "participant": abc, "user_id": "HKABC177", "fields": surname });
        // Operators create users before the parallel run only.
        town.node.set_phase(Phase::PreParallel).await;
        let request = town.asked("OPS001", create).await;
        town.node.set_phase(Phase::ParallelRun).await;
        town.conflicts(exchange, &request, "HKABC177").await;
        assert!(town.record("HKABC177").await.is_none());
        // A phase may be gone back from.
        let request = town.asked("HKABC1X1", whole("reset_factor", "HKABC101")).await;
        town.node.set_phase(Phase::PreParallel).await;
        town.conflicts("HKABC1Y1", &request, "HKABC101").await;
        // Smartcards end with the parallel run, and what was written down of them.
        for fields in [json!({ "srn": "0999" }), json!({ "certificate_expiry": "2027-01-31" })] {
            town.node.set_phase(Phase::ParallelRun).await;
            let request = town.asked("OPS001", change("HKABC1X1", &fields)).await;
            town.node.set_phase(Phase::Complete).await;
            town.conflicts(exchange, &request, "HKABC1X1").await;
        }
        town.node.set_phase(Phase::ParallelRun).await;
        let request = town.asked("HKABC1X1", whole("reset_card_pin", "HKABC101")).await;
        town.node.set_phase(Phase::Complete).await;
        town.conflicts("HKABC1Y1", &request, "HKABC101").await;
        // What every phase allows is not touched by it.
        town.node.set_phase(Phase::ParallelRun).await;
        let request = town.asked("HKABC1X1", email("HKABC101", "new@abc.example")).await;
        town.node.set_phase(Phase::Complete).await;
        let decided = town.approve(&town.actor("HKABC1Y1").await, &request).await;
        assert!(matches!(decided, Ok(Decided::Ended(_))), "{} {decided:?}", town.kind());
    }
}

#[tokio::test]
async fn an_agent_whose_appointment_ended_since_gets_no_user() {
    for town in towns().await {
        town.add_agent("SAG").await;
        let agent = json!({ "settlement_agent": "SAG" });
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC102", &agent)).await;
        assert_eq!(town.record("HKABC102").await.unwrap().profile.settlement_agent.as_deref(), Some("SAG"));
        town.mail().await;
        let request = town.asked("HKABC1X1", change("HKABC101", &agent)).await;
        assert_eq!(town.node.database.tamper("UPDATE appointments SET ended_at = 1").await, 1);
        town.conflicts("HKABC1Y1", &request, "HKABC101").await;
    }
}

#[tokio::test]
async fn a_group_that_is_gone_since_is_given_to_nobody() {
    for town in towns().await {
        let request = town
            .asked("HKABC1X1", change("HKABC101", &json!({ "business_user_groups": ["11", "13"] })))
            .await;
        let tx = town.services().store.begin().await.unwrap();
        assert!(Groups::on(tx.connection()).remove(&"13".parse().unwrap(), 1).await.unwrap());
        tx.commit().await.unwrap();
        town.conflicts("HKABC1Y1", &request, "HKABC101").await;
    }
}

#[tokio::test]
async fn a_participant_that_closed_since_gets_no_new_people() {
    for town in towns().await {
        let create =
            json!({ "kind": "create_profile", "user_id": "HKABC177", "fields": { "surname": "WONG" } });
        let request = town.asked("HKABC1X1", create).await;
        assert_eq!(
            town.node
                .database
                .tamper("UPDATE participants SET closed_at = 1 WHERE participant = 'ABC'")
                .await,
            1
        );
        town.conflicts("HKABC1Y1", &request, "HKABC177").await;
    }
}

//! What has ended stays ended: the people of a closed participant and of a settlement agent that is appointed no more.

use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::status::ProfileStatus;

use super::registry::{about, appointment, group, new_firm, voting};
use super::*;
use crate::testing::town::{Town, towns};

fn enabled() -> Value {
    json!({ "status": "ENABLED" })
}

fn not_found(field: &str) -> [(String, FindingCode); 1] {
    [(field.to_owned(), FindingCode::NotFound)]
}

impl Town {
    async fn standing(&self, user_id: &str) -> ProfileStatus {
        self.record(user_id).await.unwrap().status
    }

    async fn close(&self, participant: &str) {
        let sql = format!("UPDATE participants SET closed_at = 1 WHERE participant = '{participant}'");
        assert_eq!(self.node.database.tamper(&sql).await, 1);
    }
}

#[tokio::test]
async fn people_of_an_agent_that_is_appointed_no_more_are_not_enabled_again() {
    for town in towns().await {
        town.add_agent("SAG").await;
        for user_id in ["HKABC101", "HKABC102", "HKABC103"] {
            town.signed("HKABC1X1", "HKABC1Y1", change(user_id, &json!({ "settlement_agent": "SAG" }))).await;
        }
        town.edit("HKABC102", |record| record.set_status(ProfileStatus::Suspended)).await;
        town.edit("HKABC103", |record| record.set_status(ProfileStatus::Quarantined)).await;
        town.signed("HKABC1X1", "HKABC1Y1", appointment("end_appointment", "ABC", "SAG")).await;
        for user_id in ["HKABC101", "HKABC102", "HKABC103"] {
            assert_eq!(town.standing(user_id).await, ProfileStatus::Disabled, "{} {user_id}", town.kind());
            let maker = town.actor("HKABC1X1").await;
            let found = findings(town.submit(&maker, change(user_id, &enabled())).await);
            assert_eq!(found, not_found("settlement_agent"), "{} {user_id}", town.kind());
        }
        // What leaves them disabled may be changed, and whoever acts for the participant itself may be enabled.
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC102", &json!({ "surname": "LAM" }))).await;
        let own = json!({ "status": "ENABLED", "settlement_agent": null });
        town.signed("HKABC1X1", "HKABC1Y1", change("HKABC101", &own)).await;
        assert_eq!(town.standing("HKABC101").await, ProfileStatus::Enabled);
    }
}

#[tokio::test]
async fn an_agent_that_is_dismissed_while_its_person_is_being_enabled_gets_nobody_back() {
    for town in towns().await {
        town.add_agent("SAG").await;
        town.edit("HKABC101", |record| {
            record.profile.settlement_agent = Some("SAG".to_owned());
            record.set_status(ProfileStatus::Disabled);
        })
        .await;
        let request = town.asked("HKABC1X1", change("HKABC101", &enabled())).await;
        assert_eq!(town.node.database.tamper("UPDATE appointments SET ended_at = 1").await, 1);
        town.is_conflicted_for("HKABC1Y1", &request).await;
        assert_eq!(town.standing("HKABC101").await, ProfileStatus::Disabled, "{}", town.kind());
    }
}

#[tokio::test]
async fn a_batch_about_two_participants_changes_nobody_in_a_closed_one() {
    let new = |participant: &str, user_id: &str| {
        json!({
            "kind": "create_profile", "user_id": user_id, "fields": { "surname": "LEE" },
            "participant": { "clearing_house": "HKCC", "participant": participant },
        })
    };
    for town in towns().await {
        let surname = json!({ "surname": "LAM" });
        for (number, line) in [change("HKDEF1X1", &surname), new("DEF", "HKDEF1X7")].into_iter().enumerate() {
            let lines = [change(&format!("HKABC1X{}", number + 1), &surname), line];
            let request = town.asked("OPS001", json!({ "kind": "batch", "lines": lines })).await;
            assert_eq!(request.concerns, None);
            town.close("DEF").await;
            town.is_conflicted(&request).await;
            town.node.database.tamper("UPDATE participants SET closed_at = NULL").await;
        }
        let former = town.record("HKABC1X1").await.unwrap().profile.surname;
        assert_ne!(former, "LAM", "{}: the other line neither", town.kind());
        assert!(town.record("HKDEF1X7").await.is_none());
    }
}

#[tokio::test]
async fn what_a_closed_participant_left_behind_may_be_deleted_and_nothing_else() {
    for town in towns().await {
        town.edit("HKDEF1X2", |record| record.set_status(ProfileStatus::Suspended)).await;
        town.signed("OPS001", "OPS002", about("close_participant", "DEF", &Value::Null)).await;
        assert_eq!(town.standing("HKDEF1X2").await, ProfileStatus::Disabled, "{}", town.kind());
        let operator = town.actor("OPS001").await;
        for draft in [
            change("HKDEF1X2", &enabled()),
            whole("reset_factor", "HKDEF1X2"),
            json!({ "kind": "merge_profiles", "keep": "HKDEF1X1", "remove": "HKDEF101" }),
        ] {
            let found = findings(town.submit(&operator, draft).await);
            assert!(found.contains(&("participant".to_owned(), FindingCode::NotFound)), "{found:?}");
        }
        town.signed("OPS001", "OPS002", whole("delete_profile", "HKDEF1X2")).await;
        assert!(town.record("HKDEF1X2").await.is_none(), "{}", town.kind());
    }
}

#[tokio::test]
async fn a_code_that_was_taken_back_meanwhile_is_in_no_new_user_id() {
    for town in towns().await {
        let codes = json!({ "customer_codes": ["ABC", "XYZ"] });
        town.signed("OPS001", "OPS002", about("change_participant", "ABC", &codes)).await;
        let create =
            json!({ "kind": "create_profile", "user_id": "HKXYZ177", "fields": { "surname": "WONG" } });
        let request = town.asked("HKABC1X1", create).await;
        let codes = json!({ "customer_codes": ["ABC"] });
        town.signed("OPS001", "OPS002", about("change_participant", "ABC", &codes)).await;
        town.signed("OPS001", "OPS002", about("create_participant", "XYZ", &new_firm())).await;
        town.is_conflicted_for("HKABC1Y1", &request).await;
        assert!(town.record("HKXYZ177").await.is_none(), "{}", town.kind());
    }
}

#[tokio::test]
async fn an_agent_stays_one_while_it_is_appointed() {
    for town in towns().await {
        town.add_agent("SAG").await;
        let operator = town.actor("OPS001").await;
        let other_kind = || about("change_participant", "SAG", &json!({ "kind": "CP" }));
        let found = findings(town.submit(&operator, other_kind()).await);
        assert_eq!(found, [("kind".to_owned(), FindingCode::NotApplicable)], "{}", town.kind());
        // Appointed while the change waited.
        town.node.database.tamper("UPDATE appointments SET ended_at = 1").await;
        let request = town.asked("OPS001", other_kind()).await;
        town.node.database.tamper("UPDATE appointments SET ended_at = NULL").await;
        town.is_conflicted(&request).await;
        // Whatever it has become, what it was given can be taken from it.
        town.node.database.tamper("UPDATE participants SET kind = 'CP' WHERE participant = 'SAG'").await;
        town.signed("HKABC1X1", "HKABC1Y1", appointment("end_appointment", "ABC", "SAG")).await;
    }
}

#[tokio::test]
async fn no_group_begins_with_those_who_were_left_in_a_former_one() {
    for town in towns().await {
        let request = town.asked("OPS001", group("create_group", "41", &voting())).await;
        let left = |record: &mut countersign_core::directory::record::ProfileRecord| {
            record.profile.capabilities.business_user_groups = ["41".parse().unwrap()].into();
        };
        town.edit("HKABC101", left).await;
        town.is_conflicted(&request).await;
        let operator = town.actor("OPS001").await;
        let found = findings(town.submit(&operator, group("create_group", "41", &voting())).await);
        assert_eq!(found, [("code".to_owned(), FindingCode::InUse { profiles: 1 })], "{}", town.kind());
    }
}

//! What the exchange keeps: participants, appointments and forms, asked for and signed over HTTP.

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};
use countersign_core::directory::phase::Phase;
use serde_json::{Value, json};

use super::support::{House, house};

fn participant(kind: &str, participant: &str, fields: &Value) -> Value {
    let name = json!({ "clearing_house": "HKCC", "participant": participant });
    json!({ "change": { "kind": kind, "participant": name, "fields": fields } })
}

/// Tokens of two operators.
async fn operators(house: &House) -> (String, String) {
    let first = house.operator().await;
    (house.token(&first).await, house.colleague(&house.exchange, "OPS002", &[Enquiry, Checker]).await)
}

/// Has a submission of one signed by the other.
async fn signed(house: &House, maker: &str, checker: &str, submission: &Value) -> Value {
    let key = submission.to_string().len().to_string();
    let made = house.post("/change-requests", maker, &key, submission).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let tag = made.header("etag").to_owned();
    let applied = house.post_to(&format!("{path}/approve"), checker, &key, &tag, &json!({})).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    applied.json()
}

#[tokio::test]
async fn operators_register_a_participant_and_an_appointment() {
    let house = house().await;
    let (maker, checker) = operators(&house).await;
    let agent = participant("create_participant", "sag", &json!({ "kind": "SA", "name": "Settlers" }));
    let request = signed(&house, &maker, &checker, &agent).await;
    assert_eq!(request["target"], "participant:HKCC/SAG");
    let listed = house.get("/participants?clearing_house=HKCC", &checker).await.json();
    let names: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|it| it["participant"].clone()).collect();
    assert_eq!(names, ["ABC", "DEF", "SAG"]);

    let name = |code: &str| json!({ "clearing_house": "HKCC", "participant": code });
    let appoint =
        json!({ "change": { "kind": "appoint_agent", "principal": name("ABC"), "agent": name("SAG") } });
    signed(&house, &maker, &checker, &appoint).await;
    let (own, own_checker) = house.two().await;
    let found = house.get("/appointments", &own).await.json();
    let item = &found["items"][0];
    assert_eq!((&item["principal"], &item["agent_name"]), (&name("ABC"), &json!("Settlers")));
    // Others do not learn of it.
    let stranger = house.colleague(&house.def, "HKDEF1X2", &[Enquiry]).await;
    assert_eq!(house.get("/appointments", &stranger).await.json()["items"], json!([]));
    // The principal ends it.
    let end =
        json!({ "change": { "kind": "end_appointment", "principal": name("ABC"), "agent": name("SAG") } });
    signed(&house, &own, &own_checker, &end).await;
    let found = house.get("/appointments", &own).await.json();
    assert!(found["items"][0]["ended_at"].is_string(), "{found}");
}

#[tokio::test]
async fn what_is_wrong_with_a_participant_is_said_at_its_field() {
    let house = house().await;
    let (maker, _) = operators(&house).await;
    let (own, _) = house.two().await;
    let change = |fields: &Value| participant("change_participant", "ABC", fields);
    for (token, submission, field, code) in [
        (&maker, change(&json!({ "name": "" })), "name", "required"),
        (&maker, change(&json!({ "customer_codes": ["DEF"] })), "customer_codes", "code_taken"),
        (&maker, change(&json!({ "customer_codes": ["?"] })), "customer_codes", "not_a_code"),
        (&maker, change(&json!({ "kind": "EX" })), "kind", "not_one_of"),
        (
            &maker,
            participant("change_participant", "XYZ", &json!({ "name": "X" })),
            "participant",
            "not_found",
        ),
        (
            &maker,
            participant("create_participant", "ABC", &json!({ "kind": "CP", "name": "X" })),
            "participant",
            "exists",
        ),
        (&own, change(&json!({ "name": "Mine" })), "participant", "for_operators"),
    ] {
        let refused = house.post("/change-requests", token, "k", &submission).await;
        refused.assert_problem(422, "invalid-content");
        assert!(refused.findings().contains(&(field.into(), code.into())), "{}", refused.text);
    }
    let mut unknown = change(&json!({ "name": "X" }));
    unknown["change"]["fields"]["colour"] = json!("red");
    let refused = house.post("/change-requests", &maker, "k", &unknown).await;
    refused.assert_problem(400, "malformed-content");
    assert_eq!(house.get("/change-requests?count=true", &maker).await.json()["count"], 0);
}

#[tokio::test]
async fn a_form_is_filed_taken_and_seen_by_its_participant_alone() {
    let house = house().await;
    house.node.set_phase(Phase::ParallelRun).await;
    let (operator, second) = operators(&house).await;
    let (maker, checker) = house.two().await;
    let fields = json!({ "surname": "LEE" });
    let form = json!({
        "kind": "DA 3", "note": "A new colleague",
        "change": { "kind": "create_profile", "user_id": "HKABC1X9", "fields": fields },
    });
    let filed = house.post("/forms", &maker, "file", &form).await;
    assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.text);
    let path = filed.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let again = house.post("/forms", &maker, "file", &form).await;
    assert_eq!(again.text, filed.text);
    let json = filed.json();
    assert_eq!((&json["state"], &json["filed_by"]), (&json!("filed"), &json!("HKABC1X1")));
    assert_eq!(json["change"]["participant"], json!({ "clearing_house": "HKCC", "participant": "ABC" }));

    let stranger = house.colleague(&house.def, "HKDEF1X2", &[Enquiry, Maker]).await;
    house.get(&path, &stranger).await.assert_problem(404, "not-found");
    assert_eq!(house.get("/forms", &stranger).await.json()["items"], json!([]));
    house
        .post(&format!("{path}/withdraw"), &stranger, "k", &json!({}))
        .await
        .assert_problem(404, "not-found");
    house.post(&format!("{path}/take"), &maker, "k", &json!({})).await.assert_problem(403, "forbidden");
    house.post(&format!("{path}/take"), &second, "k", &json!({})).await.assert_problem(403, "forbidden");
    house.post("/forms", &checker, "k", &form).await.assert_problem(403, "forbidden");

    let inbox = house.get("/forms?state=filed&limit=1", &operator).await.json();
    assert_eq!(inbox["items"][0]["id"], json["id"]);
    let taken = house.post(&format!("{path}/take"), &operator, "take", &json!({})).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    let request = taken.json()["request"].as_str().unwrap().to_owned();
    assert_eq!(house.get(&format!("/change-requests/{request}"), &maker).await.json()["maker"], "OPS001");
    let late = house.post(&format!("{path}/withdraw"), &maker, "late", &json!({})).await;
    late.assert_problem(409, "form-decided");
    assert_eq!(house.get("/forms?state=filed", &operator).await.json()["items"], json!([]));
    assert_eq!(house.get(&path, &maker).await.json()["request"], json!(request));
}

#[tokio::test]
async fn what_a_form_cannot_ask_for_is_said() {
    let house = house().await;
    house.node.set_phase(Phase::ParallelRun).await;
    let (maker, _) = house.two().await;
    let form = |kind: &str, change: Value| json!({ "kind": kind, "change": change });
    let user = json!({ "kind": "reset_card_pin", "user_id": "HKABC1X2" });
    let own = json!({ "kind": "change_profile", "user_id": "HKABC101", "fields": { "surname": "X" } });
    let theirs = json!({ "kind": "change_profile", "user_id": "HKDEF1X1", "fields": { "surname": "X" } });
    for (form, field, code) in [
        (form("DA 4", own.clone()), "kind", "not_one_of"),
        (form("DA 3", user.clone()), "change.kind", "not_applicable"),
        (form("DA 3", theirs), "change.user_id", "not_found"),
        (form("DA 3", own), "change.surname", "not_in_phase"),
    ] {
        let refused = house.post("/forms", &maker, "k", &form).await;
        refused.assert_problem(422, "invalid-content");
        assert_eq!(refused.findings(), [(field.into(), code.into())], "{}", refused.text);
    }
}

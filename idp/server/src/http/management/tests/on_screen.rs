//! Signing on the maker's screen, with the checker's own code.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{House, house};

struct Desk {
    house: House,
    maker: String,
    path: String,
    tag: String,
    code: String,
}

/// A maker with a pending request, and the code of the checker beside them.
async fn desk() -> Desk {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let shown = house.post("/approval-code", &checker, "c", &json!({})).await;
    assert_eq!(shown.header("cache-control"), "no-store");
    let code = shown.json()["authorisation_code"].as_str().unwrap().to_owned();
    house.post("/approval-code", &maker, "c", &json!({})).await.assert_problem(403, "forbidden");
    let change = json!({ "kind": "change_profile", "user_id": "HKABC101", "fields": { "surname": "WONG" } });
    let made = house.post("/change-requests", &maker, "k", &json!({ "change": change })).await;
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let tag = made.header("etag").to_owned();
    Desk { house, maker, path, tag, code }
}

impl Desk {
    async fn enter(&self, key: &str, checker_id: &str, code: &str) -> super::support::Answer {
        let content: Value = json!({ "checker_id": checker_id, "authorisation_code": code });
        let path = format!("{}/approve-on-screen", self.path);
        self.house.post_to(&path, &self.maker, key, &self.tag, &content).await
    }
}

#[tokio::test]
async fn the_checker_s_code_signs_once() {
    let desk = desk().await;
    let stale = format!("\"{}\"", "0".repeat(64));
    let content = json!({ "checker_id": "HKABC1X2", "authorisation_code": desk.code });
    let path = format!("{}/approve-on-screen", desk.path);
    let other = desk.house.post_to(&path, &desk.maker, "o", &stale, &content).await;
    other.assert_problem(412, "precondition-failed");

    let applied = desk.enter("a", " hkabc1x2", &desk.code.to_lowercase()).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    let decision = applied.json()["decision"].clone();
    assert_eq!((&decision["checker"], &decision["way"]), (&json!("HKABC1X2"), &json!("same_screen")));
    let again = desk.enter("a", " hkabc1x2", &desk.code.to_lowercase()).await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &applied.text));
    desk.enter("l", "HKABC1X2", &desk.code).await.assert_problem(409, "request-ended");
}

#[tokio::test]
async fn three_wrong_codes_end_it_for_the_right_one_too() {
    let desk = desk().await;
    for (key, checker_id, code) in
        [("1", "HKABC1X2", "AAAA-AAAA-AAAA"), ("2", "HKABC1X1", &desk.code), ("3", "HKABC999", &desk.code)]
    {
        desk.enter(key, checker_id, code).await.assert_problem(403, "code-wrong");
    }
    let right = desk.enter("4", "HKABC1X2", &desk.code).await;
    right.assert_problem(403, "only-by-queue");
    assert_eq!(right.findings(), [("authorisation_code".into(), "too_many_wrong_codes".into())]);
    assert_eq!(desk.house.get(&desk.path, &desk.maker).await.json()["state"], "pending");
}

//! What each reading endpoint says.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use countersign_core::directory::phase::Phase;

use super::support::house;

#[tokio::test]
async fn an_enquiry_says_everything_and_in_which_version() {
    let house = house().await;
    let token = house.reader().await;
    let answer = house.get("/profiles/HKABC1X1", &token).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    assert_eq!(json["user_id"], "HKABC1X1");
    assert_eq!(json["kind"], "delegated_administrator");
    assert_eq!(json["status"], "ENABLED");
    assert_eq!(json["access_levels"], serde_json::json!({ "security_management": ["EE"] }));
    assert_eq!(json["channel"], "none");
    assert_eq!(json["two_factor"], "none");
    assert_eq!(json["migration"], "registered");
    assert_eq!(json["srn"], "SRN-HKABC1X1");
    assert_eq!(json["sessions"][0]["method"], "otp-app");
    assert_eq!(json["sessions"][0]["source"], "192.0.2.1");
    assert_eq!(json["version"], 1);
    house.get("/profiles/HKABC1X1?verbose=1", &token).await.assert_problem(400, "invalid-parameters");
}

#[tokio::test]
async fn smartcards_are_shown_until_the_house_is_complete() {
    let house = house().await;
    let token = house.reader().await;
    house.node.set_phase(Phase::ParallelRun).await;
    let listing = house.get("/profiles?card=true", &token).await;
    assert_eq!(listing.json()["items"][0]["srn"], "SRN-HKABC101");
    house.node.set_phase(Phase::Complete).await;
    for path in ["/profiles", "/profiles/HKABC101", "/profiles.csv"] {
        let answer = house.get(path, &token).await;
        assert!(answer.status.is_success() && !answer.text.contains("SRN-"), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn csv_has_what_the_listing_has_and_no_formulas() {
    let house = house().await;
    house
        .node
        .add_member(&house.abc, "HKABC1ZZ", |profile| {
            profile.surname = "=HYPERLINK(\"http://x\")".into();
            profile.other_names = "Wong, \"Joe\"".into();
        })
        .await;
    let token = house.reader().await;
    let answer = house.get("/profiles.csv?q=wong", &token).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("cache-control"), "no-store");
    let lines: Vec<_> = answer.text.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{}", answer.text);
    assert!(lines[0].starts_with("user_id,kind,clearing_house,participant,"));
    assert!(
        lines[1].starts_with(
            "HKABC1ZZ,business_user,HKCC,ABC,,ENABLED,\"'=HYPERLINK(\"\"http://x\"\")\",\"Wong, \"\"Joe\"\"\","
        ),
        "{}",
        lines[1]
    );
    let accepted = Request::get("/api/v1/profiles?q=wong")
        .header(header::ACCEPT, "text/csv")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(house.send(accepted.body(Body::empty()).unwrap()).await.text, answer.text);
    let paged = house.get("/profiles.csv?limit=1", &token).await;
    assert_eq!(paged.findings(), [("limit".to_owned(), "unknown".to_owned())]);
}

#[tokio::test]
async fn csv_goes_on_past_what_is_read_at_once() {
    let house = house().await;
    for number in 0..1_200 {
        house.node.add_member(&house.abc, &format!("HKABC{number:05}"), |_| ()).await;
    }
    let token = house.reader().await;
    let answer = house.get("/profiles.csv?sort=surname&order=desc", &token).await;
    let mut lines: Vec<_> = answer.text.lines().skip(1).collect();
    assert_eq!(lines.len(), 1_204);
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 1_204);
}

#[tokio::test]
async fn progress_and_participants_come_by_participant() {
    let house = house().await;
    let operator = house.operator().await;
    let token = house.token(&operator).await;
    let participants = house.get("/participants?limit=2", &token).await.json();
    assert_eq!(participants["items"][0]["clearing_house"], "EXCHANGE");
    assert_eq!(participants["items"][1]["participant"], "ABC");
    let next = participants["next"].as_str().unwrap();
    let rest = house.get(&format!("/participants?limit=2&cursor={next}"), &token).await.json();
    assert_eq!(rest["items"][0]["participant"], "DEF");
    assert_eq!(rest["next"], serde_json::Value::Null);
    let progress = house.get("/progress?clearing_house=HKCC", &token).await.json();
    let expected = serde_json::json!({
        "clearing_house": "HKCC", "participant": "ABC", "name": "ABC Limited", "phase": "pre-parallel",
        "users": 3, "registered": 3, "password_set": 0, "token_set": 0, "logged_in_2fa": 0
    });
    assert_eq!(progress["items"][0], expected);
}

#[tokio::test]
async fn who_was_here_and_who_was_not() {
    let house = house().await;
    house.node.clock.advance_seconds(100 * 24 * 60 * 60);
    house.node.was_here("HKABC102").await;
    let token = house.reader().await;
    let mut dormant = house.get("/dormant", &token).await.user_ids();
    dormant.sort();
    assert_eq!(dormant, ["HKABC101", "HKABC103"]);
    assert!(house.get("/dormant?days=101", &token).await.user_ids().is_empty());
    let activity = house.get("/login-activity?count=true", &token).await;
    assert_eq!(activity.user_ids(), ["HKABC102"]);
    assert_eq!(activity.json()["count"], 1);
    assert_eq!(activity.json()["items"][0]["method"], "otp-app");
    house.node.clock.advance_seconds(10);
    let since = (house.node.services.now()).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert!(house.get(&format!("/login-activity?since={since}"), &token).await.user_ids().is_empty());
}

#[tokio::test]
async fn the_description_is_open_and_other_methods_are_refused() {
    let house = house().await;
    let open = house.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(open.json()["openapi"], "3.1.0");
    let token = house.reader().await;
    let delete = Request::delete("/api/v1/profiles").header(header::AUTHORIZATION, format!("Bearer {token}"));
    house.send(delete.body(Body::empty()).unwrap()).await.assert_problem(405, "method-not-allowed");
    house.get("/no-such-thing", &token).await.assert_problem(404, "not-found");
}

//! What lies outside a caller's scope looks exactly like what does not exist, whichever way it is asked for.

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};

use super::support::house;

/// Every list there is.
const LISTS: [&str; 6] =
    ["/profiles", "/profiles.csv", "/participants", "/progress", "/dormant?days=1", "/login-activity"];

#[tokio::test]
async fn no_list_search_count_or_export_shows_another_participant() {
    let house = house().await;
    house.node.clock.advance_seconds(2 * 24 * 60 * 60);
    let administrator = house.administrator(&[Enquiry, Maker, Checker]).await;
    for user_id in ["HKABC101", "HKDEF101"] {
        house.node.was_here(user_id).await;
    }
    let token = house.token(&administrator).await;
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    for list in LISTS {
        let (own, all) = (house.get(list, &token).await, house.get(list, &operator).await);
        assert_eq!((own.status, all.status), (StatusCode::OK, StatusCode::OK), "{list}: {}", own.text);
        assert!(own.text.contains("ABC") && !own.text.contains("DEF"), "{list}: {}", own.text);
        assert!(all.text.contains("DEF"), "{list}: {}", all.text);
    }
    // Searches and filters that name the other participant find nothing, and count nothing.
    for query in ["q=HKDEF101", "q=hkdef", "participant=DEF", "participant=NONE", "q=nobody"] {
        let found = house.get(&format!("/profiles?count=true&{query}"), &token).await;
        assert_eq!(found.json(), serde_json::json!({ "items": [], "count": 0 }), "{query}");
        let exported = house.get(&format!("/profiles.csv?{query}"), &token).await;
        assert_eq!(exported.text.lines().count(), 1, "{query}: {}", exported.text);
    }
    let count = house.get("/profiles?count=true&limit=1", &token).await.json();
    assert_eq!(count["count"], 4);
}

#[tokio::test]
async fn an_id_out_of_scope_is_answered_like_one_that_is_not() {
    let house = house().await;
    let token = house.reader().await;
    assert_eq!(house.get("/profiles/HKABC101", &token).await.status, StatusCode::OK);
    let expected = house.get("/profiles/HKXYZ101", &token).await;
    expected.assert_problem(404, "not-found");
    for other in ["HKDEF101", "HKDEF1X1", "hkabc101", "%FF", "%00", "..", "a%2Fb", "%3Cb%3E"] {
        let answer = house.get(&format!("/profiles/{other}"), &token).await;
        assert_eq!(answer.text, expected.text, "{other}");
        assert_eq!(answer.status, expected.status, "{other}");
    }
}

#[tokio::test]
async fn a_cursor_carries_no_scope() {
    let house = house().await;
    let operator = house.operator().await;
    let all = house.get("/profiles?limit=3", &house.token(&operator).await).await;
    let cursor = all.json()["next"].as_str().unwrap().to_owned();
    let token = house.reader().await;
    let own = house.get(&format!("/profiles?cursor={cursor}"), &token).await;
    assert_eq!(own.user_ids(), ["HKABC1X1"]);
}

#[tokio::test]
async fn without_a_right_there_is_nothing_to_see_but_oneself() {
    let house = house().await;
    let user = house.administrator(&[]).await;
    let token = house.token(&user).await;
    for path in LISTS.iter().chain(&["/profiles/HKABC101", "/profiles/NOBODY"]) {
        house.get(path, &token).await.assert_problem(403, "forbidden");
    }
    let me = house.get("/me", &token).await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!(me.json()["user_id"], "HKABC1X1");
    assert_eq!(me.json()["sees"], serde_json::Value::Null);
}

#[tokio::test]
async fn an_auditor_reads_everything() {
    let house = house().await;
    let token = house.node.service_token(&house.console, "directory").await;
    for list in LISTS {
        assert_eq!(house.get(list, &token).await.status, StatusCode::OK, "{list}");
    }
    assert_eq!(house.get("/profiles/HKDEF101", &token).await.status, StatusCode::OK);
    let me = house.get("/me", &token).await.json();
    assert_eq!(me["kind"], "service");
    assert_eq!(me["sees"], "installation");
}

#[tokio::test]
async fn operators_are_warned_while_they_are_too_few() {
    let house = house().await;
    let operator = house.operator().await;
    let token = house.token(&operator).await;
    assert_eq!(house.get("/me", &token).await.json()["warnings"], serde_json::json!(["few_operators"]));
    let administrator = house.reader().await;
    assert!(house.get("/me", &administrator).await.json()["warnings"].is_null(), "not theirs to mend");
    for user_id in ["OPS002", "OPS003"] {
        house.node.add_member(&house.exchange, user_id, |_| ()).await;
    }
    assert!(house.get("/me", &token).await.json()["warnings"].is_null());
}

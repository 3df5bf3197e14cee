//! User Profile Listing and Change User Profile keep hours; help for who cannot log in keeps none.

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel::Maker;
use countersign_service::testing::sqlite_node;
use serde_json::json;

use super::support::house_on;

#[tokio::test]
async fn outside_its_hours_a_function_says_when_it_opens() {
    // From Monday 08:00 to Monday 20:00 in Hong Kong.
    let node = sqlite_node().await.keeping_hours();
    let house = house_on(node).await;
    let (maker, _) = house.two().await;
    assert_eq!(house.get("/profiles", &maker).await.status, StatusCode::OK);
    house.node.clock.advance_seconds(12 * 3600);
    let late = house.colleague(&house.abc, "HKABC1X5", &[Maker]).await;
    for path in ["/profiles", "/profiles.csv"] {
        let closed = house.get(path, &late).await;
        closed.assert_problem(403, "closed");
        let message = closed.json()["findings"][0]["message"].clone();
        assert!(message.as_str().unwrap().contains("24-Nov-26 07:00"), "{message}");
    }
    assert_eq!(house.get("/profiles/HKABC101", &late).await.status, StatusCode::OK);
    let change = json!({ "kind": "delete_profile", "user_id": "HKABC101" });
    let closed = house.post("/change-requests", &late, "k", &json!({ "change": change })).await;
    closed.assert_problem(403, "closed");
    let reset = json!({ "kind": "reset_card_pin", "user_id": "HKABC101" });
    let made = house.post("/change-requests", &late, "k", &json!({ "change": reset })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

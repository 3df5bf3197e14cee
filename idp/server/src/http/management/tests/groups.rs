//! User Group Listing, and the calendars.

use axum::http::StatusCode;
use countersign_core::directory::business_group::TerminalFunction;
use countersign_service::testing::sqlite_node;
use serde_json::{Value, json};

use super::support::{House, house, house_on};

async fn codes(house: &House, path: &str, token: &str) -> Vec<String> {
    let answer = house.get(path, token).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn groups_are_listed_searched_sorted_and_paged() {
    let house = house().await;
    let token = house.reader().await;
    house
        .node
        .add_group("11", "Enquiries", &[TerminalFunction::ViewCircular, TerminalFunction::GeneralEnquiries])
        .await;
    house.node.add_group("2A", "corporate voting", &[TerminalFunction::CorporateVotingInstruction]).await;
    house.node.add_group("ZZ", "Reports and voting", &[TerminalFunction::ViewCircular]).await;
    let cases = [
        ("", vec!["11", "2A", "ZZ"]),
        ("order=desc", vec!["ZZ", "2A", "11"]),
        ("sort=name", vec!["2A", "11", "ZZ"]),
        ("q=vot", vec!["2A", "ZZ"]),
        ("q=vot+corp", vec!["2A"]),
        ("q=zz", vec!["ZZ"]),
        ("function=view-circular", vec!["11", "ZZ"]),
        ("function=view-circular&q=enq", vec!["11"]),
    ];
    for (query, expected) in cases {
        assert_eq!(codes(&house, &format!("/groups?{query}"), &token).await, expected, "{query}");
        let (mut seen, mut path) = (Vec::new(), format!("/groups?limit=1&count=true&{query}"));
        loop {
            let page = house.get(&path, &token).await.json();
            assert_eq!(page["count"], expected.len(), "{query}");
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["code"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/groups?limit=1&count=true&{query}&cursor={next}");
        }
        assert_eq!(Value::Array(seen), json!(expected), "{query}");
    }
    let first = house.get("/groups?limit=1", &token).await.json();
    assert_eq!(first["items"][0]["functions"], json!(["general-enquiries", "view-circular"]));
    assert_eq!(first["items"][0]["name"]["zh-Hant"], "投票");
    let wrong = house.get("/groups?function=everything&sort=colour", &token).await;
    assert_eq!(wrong.findings().len(), 2, "{}", wrong.text);
    let foreign = first["next"].as_str().unwrap();
    let wrong = house.get(&format!("/groups?sort=name&cursor={foreign}"), &token).await;
    assert_eq!(wrong.findings(), [("cursor".to_owned(), "foreign_cursor".to_owned())]);
}

#[tokio::test]
async fn calendars_say_what_is_open_and_until_when() {
    // It is Monday 08:00 in Hong Kong.
    let house = house_on(sqlite_node().await.keeping_hours()).await;
    let token = house.reader().await;
    let open = house.get("/calendars", &token).await.json();
    assert_eq!((&open["enforced"], &open["time_zone"]), (&json!(true), &json!("Asia/Hong_Kong")));
    assert!(open["public_holidays"].as_array().unwrap().contains(&json!("2026-12-25")));
    let listing = &open["functions"][0];
    assert_eq!(listing["function"], "user_profile_listing");
    assert_eq!(listing["hours"], json!(["Mon-Fri 07:00-19:00", "Sat 09:00-13:00"]));
    assert_eq!((&listing["open"], &listing["closes_at"]), (&json!(true), &json!("2026-11-23T11:00:00Z")));
    assert_eq!(listing["opens_at"], Value::Null);
    house.node.clock.advance_seconds(12 * 3600);
    let late = house.colleague(&house.abc, "HKABC1X5", &[]).await;
    let closed = house.get("/calendars", &late).await.json();
    let listing = &closed["functions"][0];
    assert_eq!((&listing["open"], &listing["opens_at"]), (&json!(false), &json!("2026-11-23T23:00:00Z")));
    assert_eq!(listing["closes_at"], Value::Null);
}

//! Many changes as one request: from a file, looked at line by line, and applied whole or not at all.

use std::fmt::Write as _;

use axum::http::StatusCode;
use countersign_core::directory::capabilities::AccessLevel;
use serde_json::{Value, json};

use super::support::{House, house};

/// 200 further users of ABC, and a file with a new address for each.
async fn crowd(house: &House) -> String {
    let mut csv = "user_id,email\r\n".to_owned();
    for number in 200..400 {
        house.node.add_member(&house.abc, &format!("HKABC{number}"), |_| ()).await;
        write!(csv, "HKABC{number},user{number}@abc.example\r\n").unwrap();
    }
    csv
}

/// How many of them have the new address.
async fn changed(house: &House, token: &str) -> usize {
    let page = house.get("/profiles?limit=200&q=hkabc2", token).await.json();
    let items = page["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 100);
    items.iter().filter(|item| item["email"].as_str().unwrap().ends_with("@abc.example")).count()
}

#[tokio::test]
async fn a_file_of_two_hundred_addresses_is_applied_whole() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let csv = crowd(&house).await;
    let looked = house.post_csv("/batches/validate?kind=emails", &maker, "v", &csv).await.json();
    assert_eq!((&looked["valid"], looked["subjects"].as_array().unwrap().len()), (&json!(true), 200));
    let made = house.post_csv("/batches?kind=emails&reason=Migration", &maker, "k", &csv).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let summary = made.json();
    assert_eq!(
        (&summary["kind"], &summary["targets"], &summary["reason"]),
        (&json!("batch"), &json!(200), &json!("Migration"))
    );
    let approve = format!("{}/approve", made.header("location").strip_prefix("/api/v1").unwrap());
    assert_eq!(changed(&house, &checker).await, 0);
    let applied = house.post_to(&approve, &checker, "k", made.header("etag"), &json!({})).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    assert_eq!(changed(&house, &checker).await, 100);
}

#[tokio::test]
async fn or_not_at_all() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let csv = crowd(&house).await;
    let made = house.post_csv("/batches?kind=emails", &maker, "k", &csv).await;
    let suspended =
        house.post("/profiles/HKABC399/suspend", &checker, "s", &json!({ "reason": "Left" })).await;
    assert_eq!(suspended.status, StatusCode::OK, "{}", suspended.text);
    let approve = format!("{}/approve", made.header("location").strip_prefix("/api/v1").unwrap());
    let late = house.post_to(&approve, &checker, "k", made.header("etag"), &json!({})).await;
    late.assert_problem(409, "request-conflicted");
    assert_eq!(changed(&house, &checker).await, 0);
}

#[tokio::test]
async fn what_is_wrong_is_named_by_line() {
    let house = house().await;
    let (maker, _) = house.two().await;
    let finding = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let csv = "user_id,email\nHKABC101,a@abc.example\nHKABC101,b@abc.example\nHKABC102,nobody\nHKABC999,c@abc.example\n";
    let answer = house.post_csv("/batches?kind=emails", &maker, "k", csv).await;
    answer.assert_problem(422, "invalid-content");
    let expected = [
        finding("lines[1].user_id", "twice"),
        finding("lines[2].email", "not_an_email"),
        finding("lines[3].user_id", "not_found"),
    ];
    assert_eq!(answer.findings(), expected);

    let line = |fields: Value| json!({ "kind": "change_profile", "user_id": "HKABC101", "fields": fields });
    let strange = json!({ "lines": [line(json!({ "email": "<b>" }))] });
    let answer = house.post("/batches", &maker, "k", &strange).await;
    assert_eq!(answer.findings(), [finding("lines[0].email", "not_plain_text")]);
    let unknown = json!({ "lines": [line(json!({ "emial": "a@abc.example" }))] });
    house.post("/batches", &maker, "k", &unknown).await.assert_problem(400, "malformed-content");
    let nested =
        json!({ "lines": [{ "kind": "batch", "lines": [line(json!({ "email": "a@abc.example" }))] }] });
    let answer = house.post("/batches", &maker, "k", &nested).await;
    assert_eq!(answer.findings(), [finding("lines[0].kind", "not_applicable")]);
    let answer = house.post("/batches", &maker, "k", &json!({ "lines": [] })).await;
    assert_eq!(answer.findings(), [finding("lines", "required")]);

    let answer = house.post_csv("/batches", &maker, "k", csv).await;
    assert_eq!(answer.findings(), [finding("kind", "missing")]);
    let answer = house.post_csv("/batches?kind=letters", &maker, "k", csv).await;
    assert_eq!(answer.findings(), [finding("kind", "not_allowed")]);
    let most = house.node.services.policy.requests.batch_lines;
    let long = format!("user_id\n{}", "HKABC101\n".repeat(usize::try_from(most).unwrap() + 1));
    let answer = house.post_csv("/batches?kind=unlocks", &maker, "k", &long).await;
    assert_eq!(answer.findings(), [finding("lines", "too_many")]);
    let endless = "x".repeat(super::super::LONGEST_BATCH + 1);
    let answer = house.post_csv("/batches?kind=unlocks", &maker, "k", &endless).await;
    answer.assert_problem(413, "content-too-large");
}

#[tokio::test]
async fn what_a_request_is_about_comes_in_pages() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let csv = crowd(&house).await;
    let made = house.post_csv("/batches?kind=emails", &maker, "k", &csv).await;
    let of_it = format!("{}/subjects", made.header("location").strip_prefix("/api/v1").unwrap());
    let first = house.get(&format!("{of_it}?limit=150&count=true"), &checker).await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["count"]), (150, &json!(200)));
    let next = first["next"].as_str().unwrap();
    let second = house.get(&format!("{of_it}?limit=150&cursor={next}"), &checker).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 50);
    assert!(second["next"].is_null());
    let paged: Vec<_> =
        [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).cloned().collect();
    assert_eq!(json!(paged), made.json()["subjects"], "the same, in the same order");

    let stranger = house.colleague(&house.def, "HKDEF1X2", &[AccessLevel::Checker]).await;
    house.get(&of_it, &stranger).await.assert_problem(404, "not-found");
    house.get(&format!("{of_it}?cursor=x"), &checker).await.assert_problem(400, "invalid-parameters");
}

#[tokio::test]
async fn an_approval_that_was_begun_goes_on_though_the_caller_goes_away() {
    let house = house().await;
    let (maker, checker) = house.two().await;
    let csv = crowd(&house).await;
    let made = house.post_csv("/batches?kind=emails", &maker, "k", &csv).await;
    let request = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let approve = format!("{request}/approve");
    // While somebody else writes, it waits; meanwhile the caller gives up.
    let other = house.node.services.store.begin().await.unwrap();
    let nothing = json!({});
    let approving = house.post_to(&approve, &checker, "k", made.header("etag"), &nothing);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(1), approving).await.is_err());
    drop(other);
    for _ in 0..200 {
        if house.get(&request, &checker).await.json()["state"] == "applied" {
            assert_eq!(changed(&house, &checker).await, 100);
            let again = house.post_to(&approve, &checker, "k", made.header("etag"), &nothing).await;
            assert_eq!(again.status, StatusCode::OK, "answered as it was done: {}", again.text);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was given up");
}

//! The audit trail over the API: found by those whose it is, proved by those who see all of it.

use axum::http::StatusCode;
use chrono::TimeDelta;
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};
use countersign_service::audit::Sealer;
use serde_json::{Value, json};

use super::support::{Answer, House, house};

/// A house in which a request of each participant was submitted; the tokens of ABC's maker, DEF's maker and an operator.
async fn busy() -> (House, [String; 3]) {
    let house = house().await;
    let abc = house.administrator(&[Enquiry, Maker]).await;
    let abc = house.token(&abc).await;
    house.colleague(&house.abc, "HKABC1X2", &[Checker]).await;
    let def = house.colleague(&house.def, "HKDEF1X2", &[Maker]).await;
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    for (token, user_id) in [(&abc, "HKABC101"), (&def, "HKDEF101")] {
        let change = json!({ "kind": "change_profile", "user_id": user_id, "fields": { "surname": "WONG" } });
        let made = house.post("/change-requests", token, "k", &json!({ "change": change })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    (house, [abc, def, operator])
}

fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nobody_finds_another_participant_s_records_by_any_filter_or_id() {
    let (house, [abc, def, operator]) = busy().await;
    let of_def = items(&house.get("/audit", &def).await)[0].clone();
    let text = |name: &str| of_def[name].as_str().unwrap().to_owned();
    let (id, request) = (text("id"), text("request"));
    assert_eq!(of_def["participant"], "DEF");

    let filters = [
        String::new(),
        "from=2000-01-01T00:00:00Z".to_owned(),
        "to=2100-01-01T00:00:00Z".to_owned(),
        "actor=HKDEF1X2".to_owned(),
        "subject=HKDEF101".to_owned(),
        "participant=DEF".to_owned(),
        "participant=DEF&clearing_house=HKCC".to_owned(),
        "clearing_house=HKCC".to_owned(),
        "action=request_submitted".to_owned(),
        "outcome=done".to_owned(),
        format!("request={request}"),
    ];
    for filter in filters {
        let found = house.get(&format!("/audit?count=true&{filter}"), &abc).await;
        let own = items(&found);
        assert!(own.iter().all(|record| record["participant"] == "ABC"), "{filter}: {}", found.text);
        assert_eq!(found.json()["count"], own.len(), "{filter}");
        // That it was searched for is their own record, and holds the words they searched with.
        let others = own.iter().filter(|record| record["action"] != "data_exported");
        assert!(others.clone().all(|record| !record.to_string().contains("DEF")), "{filter}: {}", found.text);
        for file in ["audit.jsonl", "audit.csv"] {
            let taken = house.get(&format!("/{file}?{filter}"), &abc).await;
            assert_eq!(taken.status, StatusCode::OK);
            let others: Vec<_> = taken
                .text
                .lines()
                .filter(|line| !line.contains("data_exported") && line.contains("DEF"))
                .collect();
            assert!(others.is_empty(), "{file} {filter}: {others:?}");
        }
        let all = house.get(&format!("/audit?{filter}"), &operator).await;
        assert!(items(&all).iter().any(|record| record["participant"] == "DEF"), "{filter}: {}", all.text);
    }

    let cursor = house.get("/audit?limit=1", &operator).await.json()["next"].as_str().unwrap().to_owned();
    let paged = house.get(&format!("/audit?cursor={cursor}"), &abc).await;
    assert!(items(&paged).iter().all(|record| record["participant"] == "ABC"), "{}", paged.text);

    let own = house.get(&format!("/audit/{id}"), &def).await;
    assert_eq!((own.status, &own.json()), (StatusCode::OK, &of_def));
    let nothing = house.get("/audit/00000000000000000000000000000000", &abc).await;
    let other = house.get(&format!("/audit/{id}"), &abc).await;
    other.assert_problem(404, "not-found");
    assert_eq!(other.text, nothing.text);
}

#[tokio::test]
async fn the_exchange_s_own_records_are_the_exchange_s_alone() {
    let (house, [abc, _, operator]) = busy().await;
    house.get("/profiles.csv", &operator).await;
    let of_exchange = house.get("/audit?action=data_exported", &operator).await;
    assert_eq!(items(&of_exchange)[0]["actor"]["name"], "OPS001");
    assert!(items(&house.get("/audit?action=data_exported", &abc).await).is_empty());
    let auditor = house.node.service_token(&house.console, "directory").await;
    assert_eq!(items(&house.get("/audit?action=data_exported", &auditor).await).len(), 1);
}

#[tokio::test]
async fn a_record_says_who_did_what_to_whom_and_pages_follow_each_other() {
    let (house, [abc, ..]) = busy().await;
    let records = items(&house.get("/audit?action=request_submitted", &abc).await);
    let [record] = records.as_slice() else { panic!("{records:?}") };
    let expected = json!({ "kind": "person", "name": "HKABC1X1", "participant": "HKCC ABC" });
    assert_eq!(record["actor"], expected);
    assert_eq!(record["subject"], json!({ "kind": "profile", "name": "HKABC101" }));
    assert_eq!((&record["source"], &record["authentic"]), (&json!("192.0.2.7"), &json!(true)));
    for _ in 0..4 {
        house.get("/audit.csv", &abc).await;
    }
    let whole: Vec<Value> = items(&house.get("/audit", &abc).await);
    let (mut seen, mut path) = (Vec::new(), "/audit?limit=2".to_owned());
    loop {
        let page = house.get(&path, &abc).await;
        seen.extend(items(&page));
        let json = page.json();
        let Some(next) = json["next"].as_str() else { break };
        path = format!("/audit?limit=2&cursor={next}");
    }
    assert_eq!(seen, whole);
    let lines = house.get("/audit.jsonl?action=request_submitted", &abc).await;
    let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, records);
    let csv = house.get("/audit.csv?action=request_submitted", &abc).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(csv.text.lines().count(), 2, "{}", csv.text);
    assert!(csv.text.contains(record["id"].as_str().unwrap()), "{}", csv.text);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_search_is_named() {
    let (house, [abc, ..]) = busy().await;
    for (query, field, code) in [
        ("action=anything", "action", "not_allowed"),
        ("outcome=maybe", "outcome", "not_allowed"),
        ("from=yesterday", "from", "not_an_instant"),
        ("q=anything", "q", "unknown"),
    ] {
        for path in ["/audit", "/audit.csv", "/audit.jsonl"] {
            let answer = house.get(&format!("{path}?{query}"), &abc).await;
            answer.assert_problem(400, "invalid-parameters");
            assert_eq!(answer.findings(), [(field.to_owned(), code.to_owned())], "{path} {query}");
        }
    }
    assert!(items(&house.get("/audit?action=data_exported", &abc).await).is_empty(), "nothing was taken out");
}

#[tokio::test]
async fn the_trail_is_proved_stretch_by_stretch_and_only_by_who_sees_all_of_it() {
    let (house, [abc, _, operator]) = busy().await;
    let auditor = house.node.service_token(&house.console, "directory").await;
    house.get("/audit/verify", &abc).await.assert_problem(403, "forbidden");
    for _ in 0..5 {
        house.get("/audit.csv", &auditor).await;
    }
    let services = &house.node.services;
    Sealer::new(&*services.entropy, TimeDelta::zero()).turn(services).await.unwrap();
    let all = house.get("/audit/verify", &operator).await.json()["sealed_to"].as_i64().unwrap();
    let (mut places, mut after, mut stretches) = (0, 0, 0);
    loop {
        let proved = house.get(&format!("/audit/verify?limit=3&after={after}"), &auditor).await.json();
        assert_eq!((&proved["sound"], &proved["sealed_to"]), (&json!(true), &json!(all)), "{proved}");
        places += proved["records"].as_i64().unwrap();
        stretches += 1;
        let Some(next) = proved["next"].as_i64() else {
            assert_eq!((&proved["complete"], &proved["to"]), (&json!(true), &json!(all)), "{proved}");
            assert_eq!(proved["checkpoint"]["place"], all, "{proved}");
            break;
        };
        after = next;
    }
    assert!(all >= 7);
    assert_eq!((places, stretches), (all, all / 3 + 1));
    let whole = house.get("/audit/verify", &operator).await.json();
    assert_eq!((&whole["complete"], &whole["records"]), (&json!(true), &json!(all)));
    assert_eq!(whole["signed_to"], all);
    for (query, field) in [("after=1000", "after"), ("after=-1", "after"), ("limit=0", "limit")] {
        let answer = house.get(&format!("/audit/verify?{query}"), &operator).await;
        answer.assert_problem(400, "invalid-parameters");
        assert_eq!(answer.findings()[0].0, field, "{query}");
    }
}

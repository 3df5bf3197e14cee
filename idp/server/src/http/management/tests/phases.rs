//! The migration through the API: dry run, move, job, report, and what each may see of it.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use countersign_api::client::{Attempt, Client};
use countersign_api::page::PageQuery;
use countersign_api::phases::{DryRunFinding, DryRunQuery, Phase as ApiPhase, ReportQuery, RunOutcome};
use countersign_core::directory::capabilities::AccessLevel::{Checker, Enquiry, Maker};
use countersign_core::directory::phase::Phase;
use countersign_service::directory::migration::{Progress, end_runs};
use serde_json::{Value, json};
use url::Url;

use super::support::{Answer, House, house};

/// ABC and DEF in the parallel run, with a straggler each; tokens of two operators.
async fn parallel_run() -> (House, String, String) {
    let house = house().await;
    house.node.set_phase(Phase::ParallelRun).await;
    for (participant, user_id) in [(&house.abc, "HKABC701"), (&house.def, "HKDEF701")] {
        house.node.add_member(participant, user_id, |profile| profile.email = None).await;
    }
    let first = house.operator().await;
    let first = house.token(&first).await;
    let second = house.colleague(&house.exchange, "OPS002", &[Maker, Checker]).await;
    (house, first, second)
}

impl House {
    async fn dry_run(&self, token: &str, key: &str) -> Answer {
        self.post("/phases/HKCC/dry-run", token, key, &json!({})).await
    }

    /// Has a change signed by another.
    async fn signed(&self, maker: &str, checker: &str, change: Value) -> Answer {
        let key = change.to_string().replace([' ', '"'], "");
        let made = self.post("/change-requests", maker, &key, &json!({ "change": change })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let path = made.header("location").strip_prefix("/api/v1").unwrap();
        self.post_to(&format!("{path}/approve"), checker, &key, made.header("etag"), &json!({})).await
    }

    async fn csv(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, "text/csv");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Ends the parallel run of HKCC, job and all; says by which list.
    async fn ended(&self, first: &str, second: &str) -> String {
        let made = self.dry_run(first, "dry").await.json();
        let hash = made["hash"].as_str().unwrap().to_owned();
        let change = json!({
            "kind": "move_phase", "clearing_house": "HKCC", "to": "complete", "dry_run": hash,
        });
        let signed = self.signed(first, second, change).await;
        assert_eq!(signed.status, StatusCode::OK, "{}", signed.text);
        while end_runs(&self.node.services).await.unwrap() == Progress::More {}
        hash
    }
}

#[tokio::test]
async fn from_the_date_to_the_report() {
    let (house, first, second) = parallel_run().await;
    let day = json!({
        "kind": "schedule_phase", "clearing_house": "HKCC", "phase": "complete", "at": "2026-12-23",
    });
    assert_eq!(house.signed(&first, &second, day).await.status, StatusCode::OK);
    let phases = house.get("/phases", &first).await.json();
    assert_eq!(phases["items"].as_array().unwrap().len(), 3);
    let scheduled = json!([{ "phase": "complete", "day": "2026-12-23", "days_left": 30 }]);
    assert_eq!(
        (&phases["items"][0]["phase"], &phases["items"][0]["scheduled"]),
        (&json!("parallel-run"), &scheduled)
    );

    let made = house.dry_run(&second, "once").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let list = made.json();
    assert_eq!((&list["made_by"], &list["counts"]["quarantine"]), (&json!("OPS002"), &json!(2)));
    let again = house.dry_run(&first, "twice").await.json();
    assert_eq!(again["hash"], list["hash"]);

    let hash = house.ended(&first, &second).await;
    assert_eq!(list["hash"], hash.as_str());
    let phases = house.get("/phases", &first).await.json();
    let run = &phases["items"][0]["end_of_run"];
    assert_eq!((&phases["items"][0]["phase"], &run["stage"]), (&json!("complete"), &json!("done")));
    assert_eq!((&run["counts"]["quarantined"], &run["dry_run"]), (&json!(2), &json!(hash)));
    assert_eq!(house.get("/profiles/HKABC701", &first).await.json()["status"], "QUARANTINED");
    let report = house.get("/phases/HKCC/report?outcome=quarantined", &first).await;
    assert_eq!(report.user_ids(), ["HKABC701", "HKDEF701"]);
    assert!(report.json()["items"][0]["remove_at"].is_string());
}

#[tokio::test]
async fn lines_come_in_pages_and_as_csv() {
    let (house, first, second) = parallel_run().await;
    let hash = house.ended(&first, &second).await;
    for path in [format!("/phases/HKCC/dry-run/{hash}"), "/phases/HKCC/report".to_owned()] {
        let all = house.get(&format!("{path}?limit=200"), &first).await.json();
        let all = all["items"].as_array().unwrap().clone();
        assert!(all.len() > 8, "{path}");
        let mut walked = Vec::new();
        let mut page = house.get(&format!("{path}?limit=3"), &first).await.json();
        loop {
            walked.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            page = house.get(&format!("{path}?limit=3&cursor={next}"), &first).await.json();
        }
        assert_eq!(walked, all, "{path}");
        let csv = house.csv(&path, &first).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(csv.text.lines().count(), all.len() + 1, "{path}");
        house.csv(&format!("{path}?limit=3"), &first).await.assert_problem(400, "invalid-parameters");
    }
    let report = house.csv("/phases/HKCC/report?outcome=quarantined", &first).await;
    let line = report.text.lines().nth(1).unwrap();
    assert!(line.contains(",quarantined,ABC,HKABC701,2027-02-21T"), "{line}");
    let lines = house.csv(&format!("/phases/HKCC/dry-run/{hash}?finding=quarantine"), &first).await;
    assert_eq!(
        lines.text,
        "finding,participant,user_id,detail\r\nquarantine,ABC,HKABC701,\r\nquarantine,DEF,HKDEF701,\r\n"
    );
}

#[tokio::test]
async fn administrators_see_their_own_house_and_their_own_people() {
    let (house, first, second) = parallel_run().await;
    let administrator = house.administrator(&[Enquiry, Maker]).await;
    let token = house.token(&administrator).await;
    let hash = house.ended(&first, &second).await;
    let phases = house.get("/phases", &token).await.json();
    let items = phases["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["clearing_house"]), (1, &json!("HKCC")));
    assert_eq!(items[0]["end_of_run"]["counts"], Value::Null, "how many there are elsewhere is not theirs");
    for path in [format!("/phases/HKCC/dry-run/{hash}"), "/phases/HKCC/report".to_owned()] {
        for answer in [house.get(&path, &token).await, house.csv(&path, &token).await] {
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
            assert!(answer.text.contains("HKABC701") && !answer.text.contains("DEF"), "{}", answer.text);
        }
    }
    house.dry_run(&token, "own").await.assert_problem(403, "forbidden");
    for path in ["/phases/SEOCH/report".to_owned(), format!("/phases/SEOCH/dry-run/{hash}")] {
        house.get(&path, &token).await.assert_problem(404, "not-found");
    }
    let change = json!({ "kind": "move_phase", "clearing_house": "HKCC", "to": "pre-parallel" });
    let refused = house.post("/change-requests", &token, "move", &json!({ "change": change })).await;
    refused.assert_problem(422, "invalid-content");
    assert!(refused.findings().contains(&("clearing_house".into(), "for_operators".into())));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (house, first, _) = parallel_run().await;
    let hash = house.dry_run(&first, "dry").await.json()["hash"].as_str().unwrap().to_owned();
    for path in [
        format!("/phases/SEOCH/dry-run/{hash}"),
        format!("/phases/NOWHERE/dry-run/{hash}"),
        "/phases/HKCC/dry-run/abc".to_owned(),
        format!("/phases/HKCC/dry-run/{}", "0".repeat(64)),
        "/phases/EXCHANGE/report".to_owned(),
        "/phases/%FF/report".to_owned(),
        "/phases/hkcc/report".to_owned(),
    ] {
        house.get(&path, &first).await.assert_problem(404, "not-found");
    }
    house.post("/phases/EXCHANGE/dry-run", &first, "x", &json!({})).await.assert_problem(404, "not-found");
    let empty = house.get("/phases/SEOCH/report", &first).await.json();
    assert_eq!(empty, json!({ "items": [] }), "no job ran there");
    house.get("/phases/HKCC/report?outcome=lost", &first).await.assert_problem(400, "invalid-parameters");
    let reader = house.colleague(&house.exchange, "OPS003", &[Enquiry]).await;
    house.dry_run(&reader, "read").await.assert_problem(403, "forbidden");
}

#[tokio::test]
async fn the_client_walks_the_migration() {
    let (house, first, second) = parallel_run().await;
    let issuer = Url::parse(&house.serve().await).unwrap();
    let client = Client::new(reqwest::Client::new(), &issuer, first.clone());
    let attempt = Attempt { key: "dry-1", if_match: None };
    let made = client.make_dry_run("HKCC", &attempt).await.unwrap();
    let query = DryRunQuery { finding: Some(DryRunFinding::Quarantine) };
    let page = PageQuery::default();
    let lines = client.dry_run("HKCC", &made.hash, &query, &page).await.unwrap();
    assert_eq!(lines.items.len(), 2);
    let csv = client.dry_run_csv("HKCC", &made.hash, &query).await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 3);
    house.ended(&first, &second).await;
    assert_eq!(client.phases().await.unwrap().items[0].phase, ApiPhase::Complete);
    let query = ReportQuery { outcome: Some(RunOutcome::Quarantined) };
    assert_eq!(client.end_of_run_report("HKCC", &query, &page).await.unwrap().items.len(), 2);
    let csv = client.end_of_run_report_csv("HKCC", &query).await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 3);
}

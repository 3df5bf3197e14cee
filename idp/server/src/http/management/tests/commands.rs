//! What every POST asks of its caller, tried at one that counts what it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use countersign_core::directory::capabilities::AccessLevel::Maker;
use countersign_core::oauth::acr::Acr;
use countersign_service::Services;
use countersign_service::idempotency::{StoredAnswer, claim, complete};
use serde::Deserialize;
use serde_json::json;

use super::support::{Answer, House, house};
use crate::http::management::caller::SteppedUp;
use crate::http::management::command::{Command, answered, claimed};
use crate::http::management::etag::IfMatch;
use crate::http::management::refusal::Refusal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bell {
    name: String,
}

#[derive(Clone, Default)]
struct Rung(Arc<AtomicU32>);

async fn ring(
    State(services): State<Arc<Services>>,
    Extension(rung): Extension<Rung>,
    command: Command<Bell>,
) -> Result<Response, Refusal> {
    let tx = services.store.begin().await?;
    if let Some(former) = claimed(claim(&services, &tx, &command.attempt).await?) {
        return former.map(answered);
    }
    let number = rung.0.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let answer = StoredAnswer {
        status: 201,
        version: Some(number.into()),
        location: Some("/bell".into()),
        body: json!({ "name": command.content.name, "number": number }),
        ..StoredAnswer::default()
    };
    complete(&services, &tx, &command.attempt, &answer).await?;
    tx.commit().await?;
    Ok(answered(answer))
}

async fn change(tag: IfMatch, _: SteppedUp) -> Result<StatusCode, Refusal> {
    tag.check(3).map(|()| StatusCode::NO_CONTENT)
}

async fn tower() -> (House, Rung) {
    let rung = Rung::default();
    let routes = Router::new().route("/bell", post(ring)).route("/change", post(change));
    let house = house().await.with_routes(routes.layer(Extension(rung.clone())));
    (house, rung)
}

async fn send(house: &House, token: &str, path: &str, key: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post(format!("/api/v1{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    house.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn what_is_sent_again_is_answered_again_and_done_once() {
    let (house, rung) = tower().await;
    let maker = house.administrator(&[Maker]).await;
    let token = house.token(&maker).await;
    let body = r#"{"name":"big"}"#;
    send(&house, &token, "/bell", None, body).await.assert_problem(400, "idempotency-key-missing");
    for unusable in ["", "a b", &"x".repeat(256)] {
        let answer = send(&house, &token, "/bell", Some(unusable), body).await;
        answer.assert_problem(400, "idempotency-key-missing");
    }
    let first = send(&house, &token, "/bell", Some("k"), body).await;
    let again = send(&house, &token, "/bell", Some("\"k\""), body).await;
    assert_eq!((first.status, &first.text), (StatusCode::CREATED, &again.text));
    assert_eq!((again.header("etag"), again.header("location")), ("\"v0\"", "/bell"));
    let other = send(&house, &token, "/bell", Some("k"), r#"{"name":"small"}"#).await;
    other.assert_problem(422, "idempotency-key-reused");
    assert_eq!(rung.0.load(Ordering::SeqCst), 1);
    // A key is its caller's own.
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    assert_eq!(send(&house, &operator, "/bell", Some("k"), body).await.status, StatusCode::CREATED);
    assert_eq!(rung.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_second_beside_the_first_is_turned_away() {
    let (house, rung) = tower().await;
    let maker = house.administrator(&[Maker]).await;
    let token = house.token(&maker).await;
    let body = r#"{"name":"big"}"#;
    let both = tokio::join!(
        send(&house, &token, "/bell", Some("k"), body),
        send(&house, &token, "/bell", Some("k"), body)
    );
    let (made, turned) = if both.0.status.is_success() { both } else { (both.1, both.0) };
    assert_eq!(made.status, StatusCode::CREATED);
    turned.assert_problem(409, "idempotency-key-under-way");
    assert_eq!(rung.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_auditor_and_who_holds_no_right_change_nothing() {
    let (house, rung) = tower().await;
    let auditor = house.node.service_token(&house.console, "directory").await;
    let user = house.administrator(&[]).await;
    let user = house.token(&user).await;
    for token in [auditor, user] {
        for path in ["/bell", "/change"] {
            let request = Request::post(format!("/api/v1{path}"))
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "k")
                .header(header::IF_MATCH, "\"v3\"");
            let answer = house.send(request.body(Body::from(r#"{"name":"big"}"#)).unwrap()).await;
            answer.assert_problem(403, "forbidden");
        }
    }
    assert_eq!(rung.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_that_is_not_as_it_should_be_rings_no_bell() {
    let (house, rung) = tower().await;
    let maker = house.administrator(&[Maker]).await;
    let token = house.token(&maker).await;
    let cases = [
        (r#"{"name":"big","loud":true}"#, 400, "malformed-content", "loud"),
        (r#"{"name":1}"#, 400, "malformed-content", "name"),
        (r#"{"name":"<b>"}"#, 422, "invalid-content", "name"),
    ];
    for (body, status, problem, field) in cases {
        let answer = send(&house, &token, "/bell", Some("k"), body).await;
        answer.assert_problem(status, problem);
        assert_eq!(answer.findings()[0].0, field);
    }
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(70_000));
    send(&house, &token, "/bell", Some("k"), &long).await.assert_problem(413, "content-too-large");
    let form = Request::post("/api/v1/bell")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("idempotency-key", "k")
        .body(Body::from("name=big"))
        .unwrap();
    house.send(form).await.assert_problem(415, "unsupported-media-type");
    assert_eq!(rung.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_step_up_is_asked_of_who_is_stale_or_weak() {
    let (house, _) = tower().await;
    let strong = house.administrator(&[Maker]).await;
    let weak = house.node.person_of(strong.profile.clone(), Acr::OtpEmail).await;
    let change = async |token: &str, tag: Option<&str>| {
        let mut request =
            Request::post("/api/v1/change").header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(tag) = tag {
            request = request.header(header::IF_MATCH, tag);
        }
        house.send(request.body(Body::empty()).unwrap()).await
    };
    let token = house.token(&strong).await;
    assert_eq!(change(&token, Some("\"v3\"")).await.status, StatusCode::NO_CONTENT);
    change(&token, Some("\"v2\"")).await.assert_problem(412, "precondition-failed");
    change(&token, None).await.assert_problem(428, "precondition-required");
    house.node.clock.advance_seconds(301);
    for person in [&weak, &strong] {
        let token = house.token(person).await;
        let answer = change(&token, Some("\"v3\"")).await;
        answer.assert_problem(401, "step-up-required");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
        assert!(
            challenge.contains("acr_values=\"urn:countersign:acr:otp-app\", max_age=\"300\""),
            "{challenge}"
        );
    }
}

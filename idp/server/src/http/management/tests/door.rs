//! Who gets in: tokens of every kind that must not, and what they are told.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use countersign_core::directory::capabilities::AccessLevel::{self, Enquiry};
use countersign_core::oauth::acr::Acr;
use countersign_service::testing::applications::client;

use super::support::house;

const PATH: &str = "/profiles";

#[tokio::test]
async fn without_a_token_nobody_gets_in_and_a_cookie_is_none() {
    let house = house().await;
    let person = house.administrator(&[Enquiry]).await;
    let cookie = format!("cs_session={}", person.cookie.expose());
    let with_cookie = Request::get("/api/v1/profiles").header(header::COOKIE, cookie);
    for request in [Request::get("/api/v1/profiles"), with_cookie, Request::get("/api/v1/no-such-thing")] {
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        answer.assert_problem(401, "invalid-token");
        // RFC 6750 §3.1: no error code for who did not try.
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, "Bearer realm=\"countersign\", scope=\"directory\"");
    }
}

#[tokio::test]
async fn a_token_must_be_ours_for_this_interface_and_fresh() {
    let house = house().await;
    let person = house.administrator(&[Enquiry]).await;
    let refused = async |token: &str, status: u16, name: &str, error: &str| {
        let answer = house.get(PATH, token).await;
        answer.assert_problem(status, name);
        assert!(answer.header("www-authenticate").contains(&format!("error=\"{error}\"")), "{error}");
    };
    refused("nonsense", 401, "invalid-token", "invalid_token").await;
    let other_audience = house.node.access_token(&house.console, &person, "openid clearing").await;
    refused(&other_audience, 401, "invalid-token", "invalid_token").await;
    let token = house.token(&person).await;
    assert_eq!(house.get(PATH, &token).await.status, StatusCode::OK);
    house.node.clock.advance_seconds(301);
    refused(&token, 401, "invalid-token", "invalid_token").await;
}

#[tokio::test]
async fn the_right_audience_with_the_wrong_scope_is_told_which_scope() {
    let house = house().await;
    let person = house.administrator(&[Enquiry]).await;
    let api = "http://localhost:8080/api/v1".to_owned();
    let mut narrow = client(&house.node.services, "narrow");
    narrow.resources = vec![api.clone()];
    house.node.add_client(&narrow).await;
    let code = house
        .node
        .code(&narrow, &person, |code| {
            code.scope = "openid clearing".parse().unwrap();
            code.resource = [api].into();
        })
        .await;
    let token = house.node.redeem(&narrow, &code).await;
    let answer = house.get(PATH, &token).await;
    answer.assert_problem(403, "insufficient-scope");
    assert!(answer.header("www-authenticate").contains("error=\"insufficient_scope\""));
    assert!(answer.header("www-authenticate").contains("scope=\"directory\""));
}

#[tokio::test]
async fn a_login_that_no_longer_stands_opens_nothing() {
    let house = house().await;
    let person = house.administrator(&[Enquiry]).await;

    let revoked = house.token(&person).await;
    house.node.revoke(&house.console, &revoked).await;
    house.get(PATH, &revoked).await.assert_problem(401, "invalid-token");

    let token = house.token(&person).await;
    let offline = house.node.offline_token(&house.console, &person, "openid offline_access directory").await;
    assert_eq!(house.get(PATH, &offline).await.status, StatusCode::OK);
    house.node.sign_out(&person).await;
    house.get(PATH, &token).await.assert_problem(401, "invalid-token");
    // The grant outlives its session; the right to maintain others does not.
    house.get(PATH, &offline).await.assert_problem(401, "invalid-token");
}

#[tokio::test]
async fn what_a_person_may_is_asked_of_the_directory_and_not_of_the_token() {
    let house = house().await;
    let until = house.node.services.now() + chrono::TimeDelta::seconds(60);
    let profile = house
        .node
        .add_member(&house.abc, "HKABC1X1", |profile| {
            countersign_service::testing::directory::holding(&[Enquiry])(profile);
            profile.disable_after = Some(until);
        })
        .await;
    let person = house.node.person_of(profile, Acr::OtpApp).await;
    let token = house.token(&person).await;
    assert_eq!(house.get(PATH, &token).await.status, StatusCode::OK);
    house.node.clock.advance_seconds(61);
    house.get(PATH, &token).await.assert_problem(401, "invalid-token");
}

#[tokio::test]
async fn who_holds_no_right_is_told_so() {
    let house = house().await;
    let levels: [AccessLevel; 0] = [];
    let nobody = house.administrator(&levels).await;
    let token = house.token(&nobody).await;
    let answer = house.get(PATH, &token).await;
    answer.assert_problem(403, "forbidden");
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn problems_speak_the_caller_s_language() {
    let house = house().await;
    let mut titles = std::collections::BTreeSet::new();
    for language in ["en", "zh-HK", "zh-CN"] {
        let request = Request::get("/api/v1/profiles").header(header::ACCEPT_LANGUAGE, language);
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        titles.insert(answer.json()["title"].as_str().unwrap().to_owned());
    }
    assert_eq!(titles.len(), 3, "{titles:?}");
}

#[tokio::test]
async fn each_caller_has_an_allowance() {
    let house = house().await;
    let token = house.reader().await;
    let first = house.get(PATH, &token).await;
    assert_eq!(first.header("ratelimit-policy"), "\"caller\";q=600;w=60");
    assert!(first.header("ratelimit").starts_with("\"caller\";r=599;t="), "{}", first.header("ratelimit"));
    for _ in 0..600 {
        house.get("/no-such-thing", &token).await;
    }
    let refused = house.get(PATH, &token).await;
    refused.assert_problem(429, "too-many-requests");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
    let operator = house.operator().await;
    assert_eq!(house.get(PATH, &house.token(&operator).await).await.status, StatusCode::OK);
}

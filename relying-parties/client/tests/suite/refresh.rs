//! Renewing tokens.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::fake_issuer::SUBJECT;
use crate::probe::{Probe, is_somebody, person};

fn refreshes(probe: &Probe) -> usize {
    let recorded = probe.issuer.recorded();
    recorded.token_requests.iter().filter(|request| request["grant_type"] == "refresh_token").count()
}

#[tokio::test]
async fn a_fresh_token_is_left_alone() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.time.advance(200);
    browser.visit("/").await;
    assert_eq!(refreshes(&probe), 0);
}

#[tokio::test]
async fn an_ageing_token_is_renewed_ahead_of_expiry_once_for_all_who_wait() {
    let probe = Probe::start().await;
    let browser = Arc::new(probe.logged_in().await);
    probe.issuer.bend(|issuer| issuer.token_delay = Duration::from_millis(200));
    // Of 300 seconds the last 60 are for renewing.
    probe.time.advance(241);
    let visits: Vec<_> = (0..16)
        .map(|_| {
            let browser = Arc::clone(&browser);
            tokio::spawn(async move { is_somebody(&browser.visit("/").await) })
        })
        .collect();
    for visit in visits {
        assert!(visit.await.unwrap());
    }
    assert_eq!(refreshes(&probe), 1);
    // The successor is used next: rotation.
    probe.time.advance(241);
    assert!(is_somebody(&browser.visit("/").await));
    assert_eq!(refreshes(&probe), 2);
}

#[tokio::test]
async fn a_browser_that_hangs_up_does_not_lose_the_successor() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.issuer.bend(|issuer| issuer.token_delay = Duration::from_millis(300));
    probe.time.advance(241);
    let hung_up = tokio::time::timeout(Duration::from_millis(100), browser.get("/")).await;
    assert!(hung_up.is_err());
    assert!(is_somebody(&browser.visit("/").await));
    assert_eq!(refreshes(&probe), 1);
}

#[tokio::test]
async fn rights_follow_the_issuer_s_present_word() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.issuer.bend(|issuer| {
        issuer.userinfo.remove("business_user_groups");
        issuer.userinfo.insert("access_levels".into(), json!({"security_management": ["EE"]}));
        issuer.userinfo.insert("last_login".into(), json!({"time": 1_700_000_000}));
    });
    assert!(person(&browser.visit("/").await)["claims"].get("business_user_groups").is_some());
    probe.time.advance(241);
    let claims = person(&browser.visit("/").await)["claims"].clone();
    assert!(claims.get("business_user_groups").is_none(), "a right survived its withdrawal");
    assert_eq!(claims["access_levels"]["security_management"][0], "EE");
    assert_eq!(claims["last_login"]["time"], 1_671_001_215, "the last access is the one before this login");
    assert_eq!(claims["acr"], "urn:countersign:acr:otp-app", "the login itself has not changed");
}

#[tokio::test]
async fn a_grant_the_issuer_ended_ends_the_session() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.issuer.bend(|issuer| issuer.end_grants = true);
    probe.time.advance(241);
    assert_eq!(browser.visit("/").await.text, "null");
    probe.issuer.bend(|issuer| issuer.end_grants = false);
    assert_eq!(browser.visit("/").await.text, "null", "an ended session came back");
}

#[tokio::test]
async fn without_a_refresh_token_a_session_lasts_as_long_as_its_token() {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| issuer.issue_refresh_token = false);
    let browser = probe.logged_in().await;
    probe.time.advance(290);
    assert!(is_somebody(&browser.visit("/").await));
    probe.time.advance(11);
    assert_eq!(browser.visit("/").await.text, "null");
}

#[tokio::test]
async fn a_short_absence_of_the_issuer_is_survived_but_not_a_long_one() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.issuer.bend(|issuer| issuer.away = true);
    probe.time.advance(250);
    assert!(is_somebody(&browser.visit("/").await), "the token still lives");
    probe.time.advance(60);
    let page = browser.visit("/").await;
    assert_eq!(page.status, 503);
    assert!(page.shows("data-error=\"login-service-away\""));
    probe.issuer.bend(|issuer| issuer.away = false);
    assert!(is_somebody(&browser.visit("/").await), "the session was not lost");
}

#[tokio::test]
async fn a_refresh_for_another_subject_ends_the_session() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.issuer.bend(|issuer| {
        issuer.id_token = Arc::new(|claims| {
            assert_eq!(claims["sub"], SUBJECT);
            claims.insert("sub".into(), json!("somebody-else"));
        });
    });
    probe.time.advance(241);
    assert_eq!(browser.visit("/").await.text, "null");
}

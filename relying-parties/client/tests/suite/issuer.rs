//! Discovery, key rotation, and an issuer that is late, away or odd.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::fake_issuer::FakeIssuer;
use crate::fake_issuer::keys::Key;
use crate::probe::{Probe, TestClock, is_somebody};

#[tokio::test]
async fn the_issuer_may_start_later() {
    let time = TestClock::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let issuer = FakeIssuer::start_on(listener, time.clock.clone());
    issuer.bend(|issuer| issuer.away = true);
    let probe = Probe::before(issuer, time, |_| {}).await;
    let party = probe.party.clone();
    let looking = tokio::spawn(async move { party.issuer().discover_until_found().await });

    let page = probe.refused().await;
    assert_eq!(page.status, 503);
    assert!(page.shows("data-error=\"login-service-away\""), "{address}");

    probe.issuer.bend(|issuer| issuer.away = false);
    tokio::time::timeout(Duration::from_secs(10), looking).await.unwrap().unwrap();
    probe.logged_in().await;
}

#[tokio::test]
async fn a_known_issuer_is_not_asked_again_for_every_login() {
    let probe = Probe::start().await;
    for _ in 0..5 {
        probe.logged_in().await;
    }
    assert_eq!(probe.issuer.recorded().discoveries, 1);
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let probe = Probe::start().await;
    probe.logged_in().await;
    probe.issuer.bend(|issuer| issuer.keys = vec![Key::es256("key-2")]);
    probe.time.advance(11);
    probe.logged_in().await;
    assert_eq!(probe.issuer.recorded().discoveries, 2);
}

#[tokio::test]
async fn unknown_key_names_do_not_make_us_hammer_the_issuer() {
    let probe = Probe::start().await;
    probe.logged_in().await;
    probe.issuer.bend(|issuer| issuer.signing = Some(Key::es256("unknown")));
    for _ in 0..5 {
        probe.refused().await;
    }
    assert_eq!(probe.issuer.recorded().discoveries, 1, "within the pause nothing is fetched");
    probe.time.advance(11);
    for _ in 0..5 {
        probe.refused().await;
    }
    assert_eq!(probe.issuer.recorded().discoveries, 2);
}

#[tokio::test]
async fn an_issuer_that_calls_itself_otherwise_is_refused() {
    let time = TestClock::new();
    let issuer = FakeIssuer::start(time.clock.clone()).await;
    let probe = Probe::before(issuer, time, |config| config.issuer.push('/')).await;
    let page = probe.refused().await;
    assert!(page.shows("data-error=\"login-service-away\""), "OIDC Discovery §4.3: {}", page.text);
}

#[tokio::test]
async fn redirects_and_giant_answers_of_the_token_endpoint_are_refused() {
    let probe = Probe::start().await;
    let elsewhere = FakeIssuer::start(probe.time.clock.clone()).await;
    probe.issuer.bend(|issuer| issuer.redirect_token_endpoint = Some(format!("{}/token", elsewhere.url())));
    assert!(probe.refused().await.shows("data-error=\"login-invalid\""));
    assert!(elsewhere.recorded().token_requests.is_empty(), "credentials were carried elsewhere");
    probe.issuer.bend(|issuer| {
        issuer.redirect_token_endpoint = None;
        issuer.ballast = 1024 * 1024;
    });
    assert!(probe.refused().await.shows("data-error=\"login-invalid\""));
    probe.issuer.bend(|issuer| issuer.ballast = 0);
    assert!(is_somebody(&probe.browser().visit("/login").await));
}

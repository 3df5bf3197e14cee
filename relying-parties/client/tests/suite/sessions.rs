//! Sessions end by themselves, and are bounded.

use crate::probe::{Probe, is_somebody};

#[tokio::test]
async fn an_unused_session_ends() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    probe.time.advance(29 * 60);
    assert!(is_somebody(&browser.visit("/").await));
    probe.time.advance(29 * 60);
    assert!(is_somebody(&browser.visit("/").await), "use renews it");
    probe.time.advance(30 * 60 + 1);
    assert_eq!(browser.visit("/").await.text, "null");
}

#[tokio::test]
async fn no_session_outlives_its_absolute_limit() {
    let probe = Probe::start_with(|config| config.session.absolute_seconds = 3660).await;
    let browser = probe.logged_in().await;
    for _ in 0..3 {
        probe.time.advance(20 * 60);
        assert!(is_somebody(&browser.visit("/").await));
    }
    probe.time.advance(60);
    assert_eq!(browser.visit("/").await.text, "null");
}

#[tokio::test]
async fn the_idlest_session_makes_room() {
    let probe = Probe::start_with(|config| config.session.maximum = 2).await;
    let first = probe.logged_in().await;
    probe.time.advance(2);
    let second = probe.logged_in().await;
    probe.time.advance(2);
    assert!(is_somebody(&first.visit("/").await));
    let third = probe.logged_in().await;
    assert!(is_somebody(&first.visit("/").await));
    assert_eq!(second.visit("/").await.text, "null");
    assert!(is_somebody(&third.visit("/").await));
}

#[tokio::test]
async fn an_invented_cookie_is_nobody() {
    let probe = Probe::start().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for value in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let cookie = format!("probe_session={value}");
        let answer = client.get(&probe.base).header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "null");
    }
}

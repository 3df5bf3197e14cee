//! Logging out behind the browser's back (Back-Channel Logout 1.0 §2.4–2.8).

use serde_json::{Map, Value, json};

use crate::fake_issuer::browser::Browser;
use crate::fake_issuer::keys::{Forge, Key};
use crate::fake_issuer::{CLIENT_SECRET, SID, SUBJECT};
use crate::probe::{Probe, is_somebody};

async fn deliver(probe: &Probe, token: &str) -> (u16, String) {
    let answer = probe.browser().post("/backchannel-logout", &[("logout_token", token)]).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A logout token bent like this is refused, and nobody is logged out by it.
async fn refused(probe: &Probe, why: &str, bend: impl FnOnce(&mut Map<String, Value>)) {
    let (status, body) = deliver(probe, &probe.issuer.logout_token(bend)).await;
    assert_eq!(status, 400, "{why}: {body}");
    assert!(body.contains("\"error\":\"invalid_request\"") && body.contains(why), "{why}: {body}");
}

#[tokio::test]
async fn a_logout_token_ends_the_session_it_names() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let other = probe.issuer.logout_token(|claims| {
        claims.insert("sid".into(), json!("another-session"));
    });
    assert_eq!(deliver(&probe, &other).await.0, 200);
    assert!(is_somebody(&browser.visit("/").await), "another session's logout");
    assert_eq!(deliver(&probe, &probe.issuer.logout_token(|_| {})).await, (200, String::new()));
    assert_eq!(browser.visit("/").await.text, "null");
}

#[tokio::test]
async fn without_a_session_id_every_session_of_the_subject_ends() {
    let probe = Probe::start().await;
    let (first, second) = (probe.logged_in().await, probe.logged_in().await);
    let token = probe.issuer.logout_token(|claims| {
        claims.remove("sid");
    });
    assert_eq!(deliver(&probe, &token).await.0, 200);
    assert_eq!(first.visit("/").await.text, "null");
    assert_eq!(second.visit("/").await.text, "null");
    probe.time.advance(1);
    probe.logged_in().await;
}

#[tokio::test]
async fn a_replayed_logout_token_is_refused() {
    let probe = Probe::start().await;
    let token = probe.issuer.logout_token(|claims| {
        claims.remove("sid");
    });
    assert_eq!(deliver(&probe, &token).await.0, 200);
    probe.time.advance(1);
    let browser = probe.logged_in().await;
    let (status, body) = deliver(&probe, &token).await;
    assert_eq!(status, 400);
    assert!(body.contains("jti"), "{body}");
    assert!(is_somebody(&browser.visit("/").await));
}

#[tokio::test]
async fn whatever_is_no_right_logout_token_is_refused() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    let now = probe.issuer.now();
    let set = |name: &'static str, value: Value| {
        move |claims: &mut Map<String, Value>| {
            claims.insert(name.into(), value);
        }
    };
    let without = |name: &'static str| {
        move |claims: &mut Map<String, Value>| {
            claims.remove(name);
        }
    };
    refused(&probe, "nonce", set("nonce", json!("n"))).await;
    refused(&probe, "nonce", set("nonce", json!(null))).await;
    refused(&probe, "iss", set("iss", json!("https://evil.example"))).await;
    refused(&probe, "iss", without("iss")).await;
    refused(&probe, "aud", set("aud", json!("another-client"))).await;
    refused(&probe, "aud", without("aud")).await;
    refused(&probe, "events", without("events")).await;
    refused(&probe, "events", set("events", json!({"http://example.com/other": {}}))).await;
    refused(
        &probe,
        "events",
        set("events", json!({"http://schemas.openid.net/event/backchannel-logout": "yes"})),
    )
    .await;
    refused(&probe, "iat", without("iat")).await;
    refused(&probe, "iat", set("iat", json!(now + 3600))).await;
    refused(&probe, "iat", set("iat", json!(now - 3600))).await;
    refused(&probe, "exp", without("exp")).await;
    refused(&probe, "expired", set("exp", json!(now - 120))).await;
    refused(&probe, "exp", set("exp", json!(now + 100_000))).await;
    refused(&probe, "jti", without("jti")).await;
    refused(&probe, "neither sid nor sub", |claims| {
        claims.remove("sid");
        claims.remove("sub");
    })
    .await;
    assert!(is_somebody(&browser.visit("/").await));
}

#[tokio::test]
async fn whatever_is_not_signed_by_the_issuer_is_refused() {
    let probe = Probe::start().await;
    let browser = probe.logged_in().await;
    for forge in [Forge::None, Forge::Hs256(CLIENT_SECRET.into()), Forge::Damaged, Forge::Typ("at+jwt")] {
        probe.issuer.bend(|issuer| issuer.forge = forge);
        assert_eq!(deliver(&probe, &probe.issuer.logout_token(|_| {})).await.0, 400);
    }
    probe.issuer.bend(|issuer| {
        issuer.forge = Forge::No;
        issuer.signing = Some(Key::es256("key-1"));
    });
    assert_eq!(deliver(&probe, &probe.issuer.logout_token(|_| {})).await.0, 400);
    for token in ["", "x", "a.b.c", &"x.".repeat(20_000)] {
        assert_eq!(deliver(&probe, token).await.0, 400);
    }
    assert_eq!(probe.browser().post("/backchannel-logout", &[]).await.status(), 400);
    assert!(is_somebody(&browser.visit("/").await));
}

#[tokio::test]
async fn an_id_token_is_no_logout_token() {
    let probe = Probe::start().await;
    let claims = json!({
        "iss": probe.issuer.url(), "aud": crate::fake_issuer::CLIENT_ID, "sub": SUBJECT, "sid": SID,
        "iat": probe.issuer.now(), "exp": probe.issuer.now() + 300, "jti": "j",
    });
    assert_eq!(deliver(&probe, &probe.issuer.sign("JWT", &claims)).await.0, 400);
}

#[tokio::test]
async fn a_logout_that_overtakes_its_login_still_counts() {
    let probe = Probe::start().await;
    let browser = probe.browser();
    let to_issuer = browser.get("/login").await;
    let back = browser.get(&Browser::location(&to_issuer)).await;
    assert_eq!(deliver(&probe, &probe.issuer.logout_token(|_| {})).await.0, 200);
    let page = browser.visit(&Browser::location(&back)).await;
    assert!(page.shows("data-error=\"login-unknown\""), "{}", page.text);
    assert_eq!(browser.visit("/").await.text, "null");
}

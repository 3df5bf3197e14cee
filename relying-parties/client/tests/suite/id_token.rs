//! The ID token, kept and broken (OIDC Core §3.1.3.7).

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};

use crate::fake_issuer::CLIENT_SECRET;
use crate::fake_issuer::keys::{Forge, Key};
use crate::probe::Probe;

/// Bends the claims; the login must then fail.
async fn refused_with(bend: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static) {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| issuer.id_token = Arc::new(bend));
    let page = probe.refused().await;
    assert!(page.shows("data-error=\"login-invalid\""), "{}", page.text);
}

fn set(name: &'static str, value: Value) -> impl Fn(&mut Map<String, Value>) + Send + Sync {
    move |claims| {
        claims.insert(name.to_owned(), value.clone());
    }
}

fn without(name: &'static str) -> impl Fn(&mut Map<String, Value>) + Send + Sync {
    move |claims| {
        claims.remove(name);
    }
}

#[tokio::test]
async fn a_wrong_or_missing_nonce_is_refused() {
    refused_with(set("nonce", json!("another"))).await;
    refused_with(without("nonce")).await;
}

#[tokio::test]
async fn another_issuer_is_refused() {
    refused_with(set("iss", json!("https://evil.example"))).await;
    refused_with(|claims| {
        let iss = claims["iss"].as_str().unwrap().to_owned() + "/";
        claims.insert("iss".into(), json!(iss));
    })
    .await;
    refused_with(without("iss")).await;
}

#[tokio::test]
async fn another_audience_is_refused() {
    refused_with(set("aud", json!("another-client"))).await;
    refused_with(set("aud", json!([]))).await;
    refused_with(without("aud")).await;
    refused_with(set("aud", json!(["test-client", "another-client"]))).await;
    refused_with(set("azp", json!("another-client"))).await;
}

#[tokio::test]
async fn an_expired_or_future_token_is_refused() {
    refused_with(|claims| {
        let issued = claims["iat"].as_i64().unwrap();
        claims.insert("exp".into(), json!(issued - 1));
    })
    .await;
    refused_with(without("exp")).await;
    refused_with(|claims| {
        let issued = claims["iat"].as_i64().unwrap();
        claims.insert("iat".into(), json!(issued + 3600));
        claims.insert("exp".into(), json!(issued + 7200));
    })
    .await;
}

#[tokio::test]
async fn a_token_for_another_access_token_is_refused() {
    refused_with(set("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))).await;
}

#[tokio::test]
async fn a_login_older_than_max_age_is_refused() {
    let probe = Probe::start().await;
    for bend in [None, Some(600)] {
        probe.issuer.bend(|issuer| {
            issuer.id_token = Arc::new(move |claims| match bend {
                None => {
                    claims.remove("auth_time");
                }
                Some(ago) => {
                    let at = claims["auth_time"].as_i64().unwrap() - ago;
                    claims.insert("auth_time".into(), json!(at));
                }
            });
        });
        let page = probe.browser().visit("/login?max_age=300").await;
        assert!(page.shows("data-error=\"login-invalid\""), "{bend:?}: {}", page.text);
        let page = probe.browser().visit("/login").await;
        assert!(!page.shows("role=\"alert\""), "nobody asked for max_age");
    }
}

#[tokio::test]
async fn unsigned_and_forged_tokens_are_refused() {
    let probe = Probe::start().await;
    let public_key = {
        let mut bytes = Vec::new();
        probe.issuer.bend(|issuer| bytes = issuer.keys[0].public_bytes());
        bytes
    };
    for forge in [
        Forge::None,
        Forge::Hs256(CLIENT_SECRET.into()),
        Forge::Hs256(public_key),
        Forge::Hs256(Vec::from(*b"")),
        Forge::Damaged,
    ] {
        probe.issuer.bend(|issuer| issuer.forge = forge);
        let page = probe.refused().await;
        assert!(page.shows("data-error=\"login-invalid\""), "{}", page.text);
    }
}

#[tokio::test]
async fn a_stranger_s_key_is_refused_even_under_a_known_name() {
    let probe = Probe::start().await;
    for kid in ["key-1", "unknown"] {
        probe.issuer.bend(|issuer| issuer.signing = Some(Key::es256(kid)));
        assert!(probe.refused().await.shows("data-error=\"login-invalid\""));
    }
}

#[tokio::test]
async fn every_algorithm_of_the_house_is_accepted() {
    for key in [
        Key::es256("ec"),
        Key::rsa("rs", Algorithm::RS256),
        Key::rsa("ps", Algorithm::PS256),
        Key::ed25519("ed"),
    ] {
        let probe = Probe::start().await;
        probe.issuer.bend(|issuer| issuer.keys = vec![key]);
        probe.logged_in().await;
    }
}

#[tokio::test]
async fn keys_of_several_kinds_live_side_by_side() {
    let probe = Probe::start().await;
    probe.issuer.bend(|issuer| {
        issuer.keys = vec![Key::rsa("rs", Algorithm::RS256), Key::es256("ec"), Key::ed25519("ed")];
    });
    probe.logged_in().await;
}

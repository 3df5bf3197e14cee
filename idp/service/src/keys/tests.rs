use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::KeyState;
use serde_json::{Value, json};

use super::{list, maintain};
use crate::testing::{nodes, second_node, sqlite_node};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn every_algorithm_signs_and_verifies() {
    let node = sqlite_node().await;
    maintain(&node.services).await.unwrap();
    let (ring, now) = (node.services.keyring.current(), node.services.now());
    for alg in SigningAlg::ALL {
        let token = node.services.keyring.sign(alg, "JWT", &json!({"a": 1}), now).unwrap();
        assert_eq!(ring.verify::<Value>(&token, "JWT", &[alg], now), Some(json!({"a": 1})), "{alg:?}");
        assert_eq!(ring.verify::<Value>(&token, "at+jwt", &[alg], now), None);
        let others: Vec<_> = SigningAlg::ALL.into_iter().filter(|other| *other != alg).collect();
        assert_eq!(ring.verify::<Value>(&token, "JWT", &others, now), None);
    }
    let jwks: Value = serde_json::from_str(&ring.jwks()).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].is_string() && key["alg"].is_string());
        assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|private| key.get(private).is_none()));
    }
}

#[tokio::test]
async fn the_token_does_not_choose_how_it_is_verified() {
    let node = sqlite_node().await;
    maintain(&node.services).await.unwrap();
    let (ring, now) = (node.services.keyring.current(), node.services.now());
    let genuine = node.services.keyring.sign(SigningAlg::Es256, "JWT", &json!({"a": 1}), now).unwrap();
    let kid = jsonwebtoken::decode_header(&genuine).unwrap().kid.unwrap();
    let (_, rest) = genuine.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let forge = |header: Value, signature: &str| {
        use base64::Engine as _;
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{header}.{payload}.{signature}")
    };
    let forgeries = [
        forge(json!({"alg": "none", "typ": "JWT", "kid": kid}), ""),
        forge(json!({"alg": "HS256", "typ": "JWT", "kid": kid}), signature),
        forge(json!({"alg": "RS256", "typ": "JWT", "kid": kid}), signature),
        forge(json!({"alg": "ES256", "typ": "JWT"}), signature),
        forge(json!({"alg": "ES256", "typ": "JWT", "kid": "../../etc/passwd"}), signature),
        forge(json!({"alg": "ES256", "typ": "JWT", "kid": kid, "crit": ["b64"]}), signature),
        forge(json!({"alg": "ES256", "typ": "JWT", "kid": kid, "extra": 1}), signature),
        format!("{genuine}x"),
        genuine.replace('.', ""),
        String::new(),
    ];
    for forgery in forgeries {
        assert_eq!(ring.verify::<Value>(&forgery, "JWT", &SigningAlg::ALL, now), None, "{forgery}");
    }
}

#[tokio::test]
async fn two_nodes_agree_through_the_database() {
    for node in nodes().await {
        let other = second_node(&node).await;
        let (one, two) = tokio::join!(maintain(&node.services), maintain(&other));
        one.unwrap();
        two.unwrap();
        assert_eq!(list(&node.services).await.unwrap().len(), 4, "{}", node.database.kind);
        assert_eq!(node.services.keyring.current().jwks(), other.keyring.current().jwks());
        let now = node.services.now();
        let token = node.services.keyring.sign(SigningAlg::Es256, "JWT", &json!({}), now).unwrap();
        assert!(other.keyring.current().verify::<Value>(&token, "JWT", &SigningAlg::ALL, now).is_some());
    }
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_last_one_after() {
    for node in nodes().await {
        let services = &node.services;
        maintain(services).await.unwrap();
        let first = services.keyring.sign(SigningAlg::Es256, "JWT", &json!({}), services.now()).unwrap();
        node.clock.advance_seconds(88 * DAY);
        let other = second_node(&node).await;
        let (one, two) = tokio::join!(maintain(services), maintain(&other));
        one.unwrap();
        two.unwrap();
        let states: Vec<_> = list(services).await.unwrap().iter().map(|key| key.state).collect();
        assert_eq!(states.iter().filter(|state| **state == KeyState::Next).count(), 4);
        assert_eq!(states.len(), 8);

        // The hour comes: both nodes sign with the new key without a look at the database.
        let before = services.store.statements();
        node.clock.advance_seconds(2 * DAY);
        let now = services.now();
        let second = services.keyring.sign(SigningAlg::Es256, "JWT", &json!({}), now).unwrap();
        let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid;
        assert_ne!(kid(&first), kid(&second));
        for ring in [services.keyring.current(), other.keyring.current()] {
            assert!(ring.verify::<Value>(&first, "JWT", &SigningAlg::ALL, now).is_some());
            assert!(ring.verify::<Value>(&second, "JWT", &SigningAlg::ALL, now).is_some());
        }
        assert_eq!(services.store.statements(), before);

        node.clock.advance_seconds(7 * DAY);
        maintain(services).await.unwrap();
        assert_eq!(list(services).await.unwrap().len(), 4);
        assert!(
            services
                .keyring
                .current()
                .verify::<Value>(&first, "JWT", &SigningAlg::ALL, services.now())
                .is_none()
        );
    }
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    let node = sqlite_node().await;
    maintain(&node.services).await.unwrap();
    let mut thief = second_node(&node).await;
    thief.vault = crate::Vault::new(&crate::MasterKey::new([8; 32]), thief.entropy.clone()).unwrap();
    assert!(matches!(maintain(&thief).await, Err(super::KeyError::Sealed(_))));
}

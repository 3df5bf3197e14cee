use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use countersign_core::oauth::client::{Client, ClientAuthentication, ClientKeys};
use countersign_core::oauth::client_auth::JWT_BEARER;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use super::authenticate;
use crate::testing::applications::client;
use crate::testing::{TestNode, nodes, sqlite_node};
use crate::{Outbound, Reach, Services};

const ISSUER: &str = "http://localhost:8080";

struct Key {
    private: EncodingKey,
    public: Jwk,
}

fn key(kid: &str) -> Key {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
    let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap();
    public.common.key_id = Some(kid.to_owned());
    Key { private, public }
}

fn robot(services: &Services, keys: ClientKeys) -> Client {
    Client { authentication: ClientAuthentication::PrivateKeyJwt { keys }, ..client(services, "robot") }
}

fn inline(keys: &[&Key]) -> ClientKeys {
    let keys = keys.iter().map(|key| key.public.clone()).collect();
    ClientKeys::Jwks(serde_json::to_value(JwkSet { keys }).unwrap())
}

async fn node_with(node: TestNode, key: &Key) -> TestNode {
    let robot = robot(&node.services, inline(&[key]));
    node.with_clients(&[robot]).await
}

fn claims(services: &Services, jti: &str) -> Value {
    let now = services.now().timestamp();
    json!({"iss": "robot", "sub": "robot", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": jti})
}

fn header(kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) }
}

fn sign(key: &Key, kid: &str, claims: &Value) -> String {
    encode(&header(kid), claims, &key.private).unwrap()
}

async fn present(services: &Services, assertion: &str) -> Result<Arc<Client>, OAuthError> {
    let pairs = [("client_assertion", assertion), ("client_assertion_type", JWT_BEARER)];
    let form = Form::from_pairs(pairs.map(|(name, value)| (name.into(), value.into()))).unwrap();
    authenticate(services, None, &form).await
}

async fn is_refused(services: &Services, assertion: &str) -> bool {
    present(services, assertion).await.is_err_and(|error| error.code() == ErrorCode::InvalidClient)
}

#[tokio::test]
async fn an_assertion_works_once() {
    for node in nodes().await {
        let key = key("k");
        let node = node_with(node, &key).await;
        let assertion = sign(&key, "k", &claims(&node.services, "1"));
        assert_eq!(present(&node.services, &assertion).await.unwrap().client_id, "robot");
        assert!(is_refused(&node.services, &assertion).await);
        // Another assertion with the same jti is the same one again.
        let mut again = claims(&node.services, "1");
        again["exp"] = json!(node.services.now().timestamp() + 59);
        assert!(is_refused(&node.services, &sign(&key, "k", &again)).await);
        assert!(present(&node.services, &sign(&key, "k", &claims(&node.services, "2"))).await.is_ok());
    }
}

#[tokio::test]
async fn of_32_uses_of_an_assertion_one_is_told_yes() {
    for node in nodes().await {
        let key = key("k");
        let node = node_with(node, &key).await;
        let assertion = sign(&key, "k", &claims(&node.services, "1"));
        let tries: Vec<_> = (0..32)
            .map(|_| {
                let (services, assertion) = (Arc::clone(&node.services), assertion.clone());
                tokio::spawn(async move { present(&services, &assertion).await.is_ok() })
            })
            .collect();
        let mut won = 0;
        for tried in tries {
            won += u32::from(tried.await.unwrap());
        }
        assert_eq!(won, 1, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_flawed_assertion_is_refused_and_its_jti_stays_good() {
    let (genuine, other) = (key("k"), key("k"));
    let node = node_with(sqlite_node().await, &genuine).await;
    let services = &node.services;
    let good = claims(services, "1");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&genuine, "k", &claims)
    };
    let now = services.now().timestamp();
    let flawed = [
        with("iss", json!("other")),
        with("sub", json!("other")),
        with("sub", json!("nobody")),
        with("aud", json!("https://other.example")),
        with("exp", json!(now - 31)),
        with("exp", json!(now + 3600)),
        with("exp", json!("soon")),
        with("nbf", json!(now + 120)),
        with("jti", json!("")),
        with("jti", Value::Null),
        sign(&other, "k", &good),
        sign(&genuine, "unknown", &good),
        encode(&Header { crit: Some(vec!["x".into()]), ..header("k") }, &good, &genuine.private).unwrap(),
        "x".repeat(9000),
        "a.b.c".to_owned(),
        String::new() + "e30.e30.",
    ];
    for assertion in flawed {
        assert!(is_refused(services, &assertion).await, "{assertion}");
    }
    assert!(present(services, &sign(&genuine, "k", &good)).await.is_ok());
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    use base64::Engine as _;
    let genuine = key("k");
    let node = node_with(sqlite_node().await, &genuine).await;
    let good = claims(&node.services, "1");
    let jwk = serde_json::to_value(&genuine.public).unwrap();
    let secrets = [jwk.to_string(), jwk["x"].as_str().unwrap().to_owned(), String::new()];
    for secret in secrets {
        let header = Header { kid: Some("k".into()), ..Header::new(Algorithm::HS256) };
        let forged = encode(&header, &good, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
        assert!(is_refused(&node.services, &forged).await);
    }
    let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    for alg in ["none", "None", "HS256", "RS256"] {
        let header = base64.encode(json!({"alg": alg, "kid": "k"}).to_string());
        let unsigned = format!("{header}.{}.", base64.encode(good.to_string()));
        assert!(is_refused(&node.services, &unsigned).await, "{alg}");
    }
    // A key in the header is the forger's own.
    let forger = key("k");
    let header = Header { jwk: Some(forger.public.clone()), ..header("k") };
    assert!(is_refused(&node.services, &encode(&header, &good, &forger.private).unwrap()).await);
}

#[tokio::test]
async fn a_key_that_is_symmetric_or_for_encryption_proves_nothing() {
    let genuine = key("k");
    let node = sqlite_node().await;
    let mut encrypting = serde_json::to_value(&genuine.public).unwrap();
    encrypting["use"] = json!("enc");
    let symmetric = json!({"kty": "oct", "kid": "s", "k": "c2VjcmV0"});
    let keys = ClientKeys::Jwks(json!({"keys": [encrypting, symmetric]}));
    let robot = robot(&node.services, keys);
    let node = node.with_clients(&[robot]).await;
    let good = claims(&node.services, "1");
    assert!(is_refused(&node.services, &sign(&genuine, "k", &good)).await);
    let header = Header { kid: Some("s".into()), ..Header::new(Algorithm::HS256) };
    let signed = encode(&header, &good, &EncodingKey::from_secret(b"secret")).unwrap();
    assert!(is_refused(&node.services, &signed).await);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_nothing_by_an_assertion() {
    let node = sqlite_node().await;
    let plain = client(&node.services, "robot");
    let node = node.with_clients(&[plain]).await;
    assert!(is_refused(&node.services, &sign(&key("k"), "k", &claims(&node.services, "1"))).await);
}

/// Serves a JWK Set over HTTP, and counts how often it is asked.
async fn serve(body: impl Fn(usize) -> String + Send + 'static) -> (Url, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/jwks", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            let body = body(count.fetch_add(1, Ordering::SeqCst));
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

fn set(keys: &[&Key]) -> String {
    json!({"keys": keys.iter().map(|key| json!(key.public)).chain([json!({"kty": "new"})]).collect::<Vec<_>>()})
        .to_string()
}

#[tokio::test]
async fn keys_are_fetched_kept_and_fetched_again_for_a_new_one() {
    let (old, new) = (key("old"), key("new"));
    let bodies = [set(&[&old]), set(&[&old, &new])];
    let (url, asked) = serve(move |time| bodies[time.min(1)].clone()).await;
    let node = sqlite_node().await;
    let robot = robot(&node.services, ClientKeys::JwksUri(url));
    let node = node.with_clients(&[robot]).await;
    let services = &node.services;
    let mut number = 0;
    let mut attempt = |key: &Key, kid: &str| {
        number += 1;
        sign(key, kid, &claims(services, &number.to_string()))
    };
    for _ in 0..3 {
        present(services, &attempt(&old, "old")).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Strangers who name keys that do not exist make no more calls than one in a while.
    assert!(is_refused(services, &attempt(&new, "new")).await);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    node.clock.advance_seconds(30);
    present(services, &attempt(&new, "new")).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    for _ in 0..3 {
        assert!(is_refused(services, &attempt(&new, "nowhere")).await);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn kept_keys_bridge_a_server_that_is_away() {
    let old = key("old");
    let bodies = [set(&[&old]), "away".to_owned()];
    let (url, asked) = serve(move |time| bodies[time.min(1)].clone()).await;
    let node = sqlite_node().await;
    let robot = robot(&node.services, ClientKeys::JwksUri(url));
    let node = node.with_clients(&[robot]).await;
    let services = &node.services;
    let attempt = |jti: &str| sign(&old, "old", &claims(services, jti));
    present(services, &attempt("1")).await.unwrap();
    node.clock.advance_seconds(11 * 60);
    present(services, &attempt("2")).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    node.clock.advance_seconds(12 * 3600);
    assert!(is_refused(services, &attempt("3")).await);
}

#[tokio::test]
async fn a_jwks_uri_is_no_way_into_our_own_network() {
    let key = key("k");
    let body = set(&[&key]);
    let (url, asked) = serve(move |_| body.clone()).await;
    let node = sqlite_node().await;
    let mut services = crate::testing::second_node(&node).await;
    services.outbound = Outbound::new(Reach::Public).unwrap();
    let robot = robot(&services, ClientKeys::JwksUri(url));
    let _node = node.with_clients(&[robot]).await;
    crate::clients::refresh(&services).await.unwrap();
    assert!(is_refused(&services, &sign(&key, "k", &claims(&services, "1"))).await);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

//! `private_key_jwt` of a client that keeps its keys at a `jwks_uri`: when they are fetched, and what the fetch may
//! cost us whatever the client's server does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use countersign_core::oauth::client::{ClientAuthentication, ClientKeys};
use countersign_service::testing::second_node;
use countersign_service::{Outbound, Reach, Services};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{Issuer, client, router, sqlite_node};
use crate::http::state::AppState;

/// Longer than any fetch may take.
const PATIENCE: Duration = Duration::from_secs(12);

struct Key {
    kid: &'static str,
    private: EncodingKey,
    public: Jwk,
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap();
        public.common.key_id = Some(kid.to_owned());
        Self { kid, private, public }
    }
}

/// What a client's server does when it is asked for keys, time after time; the last goes on for ever.
#[derive(Clone)]
enum Manner {
    /// Answers 200 with this body.
    Answers(String),
    /// Answers with this status and an empty body.
    Fails(u16),
    /// Says nothing.
    Hangs,
    /// Begins an answer and lets a byte go now and then.
    Drips,
}

struct KeyServer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    async fn start(manners: Vec<Manner>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let time = count.fetch_add(1, Ordering::SeqCst);
                let manner = manners[time.min(manners.len() - 1)].clone();
                // Whoever gave up waiting does not hear the rest.
                tokio::spawn(async move { manner.answer(stream).await });
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn url(&self) -> Url {
        Url::parse(&format!("http://{}/jwks", self.address)).unwrap()
    }
}

impl Manner {
    async fn answer(self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await?;
        let head = |status: u16, length: usize| {
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
        };
        match self {
            Self::Answers(body) => stream.write_all((head(200, body.len()) + &body).as_bytes()).await,
            Self::Fails(status) => stream.write_all(head(status, 0).as_bytes()).await,
            Self::Hangs => std::future::pending().await,
            Self::Drips => {
                stream.write_all(head(200, 60_000).as_bytes()).await?;
                loop {
                    stream.write_all(b" ").await?;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }
}

fn set(keys: &[&Key]) -> Manner {
    let keys: Vec<_> = keys.iter().map(|key| &key.public).collect();
    Manner::Answers(json!({ "keys": keys }).to_string())
}

/// An issuer that knows the client `robot` by the keys at `uri`.
async fn issuer(uri: Url, reach: Reach) -> Issuer {
    let node = sqlite_node().await;
    let keys = ClientKeys::JwksUri(uri);
    let robot = countersign_core::oauth::client::Client {
        authentication: ClientAuthentication::PrivateKeyJwt { keys },
        ..client(&node.services, "robot")
    };
    let node = node.with_clients(&[robot]).await;
    let mut services: Services = second_node(&node).await;
    services.outbound = Outbound::new(reach).unwrap();
    countersign_service::keys::maintain(&services).await.unwrap();
    countersign_service::clients::refresh(&services).await.unwrap();
    Issuer { routes: router(AppState::new(Arc::new(services), None)), node }
}

impl Issuer {
    /// Whether an assertion by `key` gets a token; if not, the refusal is the one that a wrong secret gets.
    async fn admits(&self, key: &Key) -> bool {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let now = self.node.services.now().timestamp();
        let jti = NEXT.fetch_add(1, Ordering::SeqCst).to_string();
        let claims = json!({
            "iss": "robot", "sub": "robot", "aud": "http://localhost:8080", "exp": now + 60, "iat": now, "jti": jti
        });
        let header = Header { kid: Some(key.kid.to_owned()), ..Header::new(Algorithm::ES256) };
        let assertion = encode(&header, &claims, &key.private).unwrap();
        let body = format!(
            "grant_type=client_credentials&scope=directory&client_assertion={assertion}&client_assertion_type=\
             urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        );
        let answer = tokio::time::timeout(PATIENCE, self.post("/token", None, &body)).await;
        let answer = answer.expect("an answer in good time");
        let admitted = answer.status == 200 && answer.json["access_token"].is_string();
        assert!(admitted || answer.is(401, "invalid_client"), "{}: {}", answer.status, answer.json);
        admitted
    }

    fn wait(&self, seconds: i64) {
        self.node.clock.advance_seconds(seconds);
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_a_kid_that_is_new() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let server = KeyServer::start(vec![set(&[&old]), set(&[&old, &new])]).await;
    let issuer = issuer(server.url(), Reach::Private).await;
    assert_eq!(server.asked(), 0, "not before they are needed");
    for _ in 0..3 {
        assert!(issuer.admits(&old).await);
    }
    assert_eq!(server.asked(), 1);
    issuer.wait(30);
    assert!(issuer.admits(&new).await);
    assert!(issuer.admits(&old).await);
    assert_eq!(server.asked(), 2);
    // Keys are believed for ten minutes.
    issuer.wait(10 * 60);
    assert!(issuer.admits(&old).await);
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_when_the_keys_are_fetched_again() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let server = KeyServer::start(vec![set(&[&old]), set(&[&new])]).await;
    let issuer = issuer(server.url(), Reach::Private).await;
    assert!(issuer.admits(&old).await);
    issuer.wait(10 * 60);
    assert!(issuer.admits(&new).await);
    assert!(!issuer.admits(&old).await);
}

#[tokio::test]
async fn strangers_cannot_make_us_call_a_client_over_and_over() {
    let (known, stranger) = (Key::new("known"), Key::new("stranger"));
    let server = KeyServer::start(vec![set(&[&known])]).await;
    let issuer = issuer(server.url(), Reach::Private).await;
    for _ in 0..20 {
        assert!(!issuer.admits(&stranger).await);
    }
    assert_eq!(server.asked(), 1);
    assert!(issuer.admits(&known).await, "who is known is not kept out by them");
    issuer.wait(30);
    for _ in 0..20 {
        assert!(!issuer.admits(&stranger).await);
    }
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn of_many_at_once_one_asks_for_all() {
    let key = Key::new("k");
    let server = KeyServer::start(vec![set(&[&key])]).await;
    let issuer = issuer(server.url(), Reach::Private).await;
    let admitted = futures_util::future::join_all((0..16).map(|_| issuer.admits(&key))).await;
    assert_eq!(admitted, [true; 16]);
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_or_drips_is_given_up_and_left_alone_for_a_while() {
    let try_one = async |manner| {
        let key = Key::new("k");
        let server = KeyServer::start(vec![manner, set(&[&key])]).await;
        let issuer = issuer(server.url(), Reach::Private).await;
        assert!(!issuer.admits(&key).await);
        assert!(!issuer.admits(&key).await);
        assert_eq!(server.asked(), 1, "left alone");
        issuer.wait(30);
        assert!(issuer.admits(&key).await, "it has recovered");
    };
    tokio::join!(try_one(Manner::Hangs), try_one(Manner::Drips));
}

#[tokio::test]
async fn an_answer_that_is_too_long_or_no_key_set_gives_no_keys() {
    let key = Key::new("k");
    let Manner::Answers(keys) = set(&[&key]) else { unreachable!() };
    // White space is JSON: it is the length alone that is refused.
    let long = Manner::Answers(keys.clone() + &" ".repeat(64 * 1024));
    let nonsense = Manner::Answers("<html>".to_owned());
    for manner in [long, nonsense, Manner::Fails(500), Manner::Fails(404), Manner::Fails(302)] {
        let server = KeyServer::start(vec![manner, Manner::Answers(keys.clone())]).await;
        let issuer = issuer(server.url(), Reach::Private).await;
        assert!(!issuer.admits(&key).await);
        issuer.wait(30);
        assert!(issuer.admits(&key).await);
    }
}

#[tokio::test]
async fn kept_keys_bridge_an_outage_but_not_for_ever() {
    let key = Key::new("k");
    let server = KeyServer::start(vec![set(&[&key]), Manner::Fails(503)]).await;
    let issuer = issuer(server.url(), Reach::Private).await;
    assert!(issuer.admits(&key).await);
    issuer.wait(11 * 60);
    assert!(issuer.admits(&key).await);
    assert_eq!(server.asked(), 2);
    issuer.wait(12 * 3600);
    assert!(!issuer.admits(&key).await);
}

/// Unless configured otherwise: every other test here is.
#[tokio::test]
async fn a_private_address_is_never_connected_to() {
    let key = Key::new("k");
    let server = KeyServer::start(vec![set(&[&key])]).await;
    let port = server.address.port();
    for url in [
        format!("http://127.0.0.1:{port}/jwks"),
        format!("https://127.0.0.1:{port}/jwks"),
        format!("https://localhost:{port}/jwks"),
        format!("https://2130706433:{port}/jwks"),
        format!("https://[::ffff:127.0.0.1]:{port}/jwks"),
    ] {
        let issuer = issuer(Url::parse(&url).unwrap(), Reach::Public).await;
        assert!(!issuer.admits(&key).await, "{url}");
    }
    assert_eq!(server.asked(), 0);
}

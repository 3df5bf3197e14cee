//! A small OpenID provider with real keys, whose every answer a test can bend. It logs everybody in without a question.
//!
//! The applications' own tests include this module by its path.
#![expect(dead_code, reason = "each test binary that includes this uses its own part of it")]

pub(crate) mod browser;
mod endpoints;
pub(crate) mod keys;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use relying_party_client::{ClientAuthentication, Clock, Config, Random, Secret};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use keys::{Forge, Key};

pub(crate) const CLIENT_ID: &str = "test-client";
pub(crate) const CLIENT_SECRET: &str = "test-secret+with/odd=characters";
pub(crate) const SUBJECT: &str = "subject-1";
pub(crate) const SID: &str = "session-1";

type Bend = Arc<dyn Fn(&mut Map<String, Value>) + Send + Sync>;

/// How the issuer behaves; a test changes what it is about.
#[expect(clippy::struct_excessive_bools, reason = "switches that tests turn one by one")]
pub(crate) struct Behaviour {
    /// Keys published, the first signs ID tokens.
    pub(crate) keys: Vec<Key>,
    /// Signs instead of the first published key.
    pub(crate) signing: Option<Key>,
    pub(crate) forge: Forge,
    /// Bends the ID token's claims.
    pub(crate) id_token: Bend,
    pub(crate) userinfo: Map<String, Value>,
    /// `iss` of the authorization response; none is sent without.
    pub(crate) response_issuer: Option<String>,
    pub(crate) announce_response_issuer: bool,
    /// Instead of a code.
    pub(crate) refuse: Option<(&'static str, &'static str)>,
    /// Instead of the `state` received.
    pub(crate) state: Option<String>,
    pub(crate) access_token_seconds: i64,
    pub(crate) issue_refresh_token: bool,
    /// Answers `invalid_grant` to refreshes.
    pub(crate) end_grants: bool,
    /// Answers everything with 503.
    pub(crate) away: bool,
    /// The token endpoint redirects here.
    pub(crate) redirect_token_endpoint: Option<String>,
    /// The token endpoint's answer carries this much ballast.
    pub(crate) ballast: usize,
    pub(crate) token_delay: std::time::Duration,
}

#[derive(Default)]
pub(crate) struct Recorded {
    /// Queries of `/authorize`.
    pub(crate) authorizations: Vec<HashMap<String, String>>,
    /// Forms of `/token`, with the `Authorization` header under that name.
    pub(crate) token_requests: Vec<HashMap<String, String>>,
    /// Queries of `/end_session`.
    pub(crate) logouts: Vec<HashMap<String, String>>,
    pub(crate) discoveries: usize,
    pub(crate) userinfo_requests: usize,
}

pub(crate) struct Inner {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) recorded: Mutex<Recorded>,
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
    access_tokens: Mutex<Vec<String>>,
    refresh_tokens: Mutex<Vec<String>>,
}

#[derive(Clone)]
pub(crate) struct FakeIssuer(pub Arc<Inner>);

impl FakeIssuer {
    /// Starts on a free port.
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_on(listener, clock)
    }

    pub(crate) fn start_on(listener: TcpListener, clock: Clock) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self(Arc::new(Inner {
            behaviour: Mutex::new(Behaviour::honest(&url)),
            url,
            clock,
            recorded: Mutex::default(),
            codes: Mutex::default(),
            access_tokens: Mutex::default(),
            refresh_tokens: Mutex::default(),
        }));
        let router = issuer.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(endpoints::discovery))
            .route("/jwks", get(endpoints::jwks))
            .route("/authorize", get(endpoints::authorize))
            .route("/token", post(endpoints::token))
            .route("/userinfo", get(endpoints::userinfo))
            .route("/end_session", get(endpoints::end_session))
            .layer(axum::middleware::from_fn_with_state(self.clone(), endpoints::away))
            .with_state(self.clone())
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    pub(crate) fn bend(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.0.behaviour.lock().unwrap());
    }

    pub(crate) fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.0.recorded.lock().unwrap()
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.clock.now().timestamp()
    }

    pub(crate) fn config(&self, base_url: &str) -> Config {
        let client_authentication =
            ClientAuthentication::ClientSecretBasic { client_secret: Secret::new(CLIENT_SECRET) };
        Config::new(base_url.parse().unwrap(), self.url(), CLIENT_ID, client_authentication)
    }

    /// Signs any claims as the issuer would.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> String {
        let behaviour = self.0.behaviour.lock().unwrap();
        let key = behaviour.signing.as_ref().unwrap_or(&behaviour.keys[0]);
        key.sign(typ, claims, &behaviour.forge)
    }

    /// A right logout token (Back-Channel Logout §2.4), bent by `change`.
    pub(crate) fn logout_token(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut claims = json!({
            "iss": self.url(), "aud": CLIENT_ID, "sub": SUBJECT, "sid": SID,
            "iat": self.now(), "exp": self.now() + 120, "jti": unique(),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        change(claims.as_object_mut().unwrap());
        self.sign("logout+jwt", &claims)
    }

    /// A right access token (RFC 9068 §2) for `audience`, bent by `change`.
    pub(crate) fn access_token(
        &self,
        audience: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> String {
        let mut claims = json!({
            "iss": self.url(), "aud": audience, "sub": SUBJECT, "client_id": CLIENT_ID, "jti": unique(),
            "iat": self.now(), "exp": self.now() + 300, "scope": "openid clearing",
            "business_user_groups": ["11"], "participant": "ABC",
        });
        change(claims.as_object_mut().unwrap());
        self.sign("at+jwt", &claims)
    }
}

impl Behaviour {
    fn honest(url: &str) -> Self {
        Self {
            keys: vec![Key::es256("key-1")],
            signing: None,
            forge: Forge::No,
            id_token: Arc::new(|_| {}),
            userinfo: object(json!({
                "sub": SUBJECT, "preferred_username": "HKABC101", "name": "TAI MAN CHAN", "participant": "ABC",
                "business_user_groups": ["11", "16"], "access_levels": {},
                "last_login": {"time": 1_671_001_215, "method": "otp-app"},
            })),
            response_issuer: Some(url.to_owned()),
            announce_response_issuer: true,
            refuse: None,
            state: None,
            access_token_seconds: 300,
            issue_refresh_token: true,
            end_grants: false,
            away: false,
            redirect_token_endpoint: None,
            ballast: 0,
            token_delay: std::time::Duration::ZERO,
        }
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

pub(crate) fn unique() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Random::system().bytes::<18>().unwrap())
}

//! The smallest application there is, around the relying party under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::routing::get;
use axum::{Json, Router};
use chrono::TimeDelta;
use relying_party_client::{
    Application, Clock, Config, Environment, LiveSession, MaybeSession, Random, RelyingParty,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fake_issuer::FakeIssuer;
use crate::fake_issuer::browser::{Browser, Page};

pub(crate) const APPLICATION: Application = Application {
    slug: "probe",
    name: "Probe",
    full_name: "The smallest application",
    purpose: "To be tested.",
    theme: "",
    scopes: &["profile", "clearing"],
    is_resource: true,
};

/// A clock that tests may set forward, shared by the issuer and the application.
#[derive(Clone)]
pub(crate) struct TestClock {
    pub(crate) clock: Clock,
    ahead: Arc<AtomicI64>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let (system, shift) = (Clock::system(), Arc::clone(&ahead));
        let clock = Clock::new(move || system.now() + TimeDelta::seconds(shift.load(Ordering::SeqCst)));
        Self { clock, ahead }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) struct Probe {
    pub(crate) issuer: FakeIssuer,
    pub(crate) time: TestClock,
    pub(crate) base: String,
    pub(crate) party: RelyingParty,
}

impl Probe {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let time = TestClock::new();
        let issuer = FakeIssuer::start(time.clock.clone()).await;
        Self::before(issuer, time, configure).await
    }

    /// In front of a given issuer, which may not be listening yet.
    pub(crate) async fn before(
        issuer: FakeIssuer,
        time: TestClock,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut config = issuer.config(&base);
        configure(&mut config);
        let environment = Environment { clock: time.clock.clone(), random: Random::system() };
        let party = RelyingParty::with(config, APPLICATION, environment).unwrap();
        let router = router(&party);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, time, base, party }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.base)
    }

    /// A browser that has logged in.
    pub(crate) async fn logged_in(&self) -> Browser {
        let browser = self.browser();
        let page = browser.visit("/login").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(is_somebody(&page), "{}", page.text);
        browser
    }

    /// Tries to log in; the page it ends on must say why not, and nobody must be logged in.
    pub(crate) async fn refused(&self) -> Page {
        let browser = self.browser();
        let page = browser.visit("/login").await;
        assert!(page.shows("role=\"alert\""), "{}: {}", page.url, page.text);
        assert_eq!(browser.visit("/").await.text, "null", "somebody is logged in");
        page
    }
}

/// Whether the page is the probe's own, for somebody.
pub(crate) fn is_somebody(page: &Page) -> bool {
    serde_json::from_str::<Value>(&page.text).is_ok_and(|value| value.is_object())
}

pub(crate) fn person(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("not the probe's page: {}", page.text))
}

fn router(party: &RelyingParty) -> Router {
    let own = Router::new().route("/", get(home)).route("/private", get(private)).with_state(party.clone());
    party.application_router(own)
}

async fn home(MaybeSession(session): MaybeSession) -> Json<Value> {
    Json(match session {
        Some(session) => describe(&session),
        None => Value::Null,
    })
}

async fn private(session: LiveSession) -> Json<Value> {
    Json(describe(&session))
}

fn describe(session: &LiveSession) -> Value {
    let claims: serde_json::Map<_, _> =
        session.claims().iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    json!({ "claims": claims, "csrf": session.csrf() })
}

//! What handlers have at hand.

use std::sync::Arc;

use axum::extract::FromRef;
use countersign_service::{Purpose, Services};

use super::cookies::Cookies;
use super::visitor::Visitors;

/// The state of every route; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases' own state.
    pub services: Arc<Services>,
    /// Names and attributes of cookies.
    pub cookies: Cookies,
    /// The configured notice above the login button; without one the shipped text stands.
    pub notice: Option<Arc<str>>,
}

impl AppState {
    /// The state around `services`.
    #[must_use]
    pub fn new(services: Arc<Services>, notice: Option<String>) -> Self {
        let cookies = Cookies { https: services.issuer.is_https() };
        Self { services, cookies, notice: notice.map(Arc::from) }
    }

    /// What the layer over the pages needs.
    #[must_use]
    pub fn visitors(&self) -> Visitors {
        let services = Arc::clone(&self.services);
        Visitors {
            cookies: self.cookies,
            clock: Arc::clone(&self.services.clock),
            entropy: Arc::clone(&self.services.entropy),
            csrf: Arc::new(move |browser| {
                let hash = services.vault.keyed_hash(Purpose::Csrf, &[browser.as_bytes()]);
                hash.as_str().to_owned()
            }),
        }
    }
}

impl FromRef<AppState> for Arc<Services> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.services)
    }
}

impl FromRef<AppState> for Cookies {
    fn from_ref(state: &AppState) -> Self {
        state.cookies
    }
}

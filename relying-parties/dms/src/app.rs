//! The application put together: its facts, its state, its addresses.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use relying_party_client::{Application, RelyingParty};
use url::Url;

use crate::{Config, pages};

/// What the application says about itself.
pub(crate) const APPLICATION: Application = Application {
    slug: "dms",
    name: "DMS",
    full_name: "Security management of CCASS and CCMS",
    purpose: "Here the Delegated Administrators of a participant maintain its users: profiles, listings and reports.",
    theme: include_str!("../assets/theme.css"),
    scopes: &["profile", "email", "clearing"],
    is_resource: false,
};

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) party: RelyingParty,
    pub(crate) admin_console_url: Option<Url>,
}

impl FromRef<AppState> for RelyingParty {
    fn from_ref(state: &AppState) -> Self {
        state.party.clone()
    }
}

/// Every page of the application.
pub(crate) fn router(party: &RelyingParty, config: &Config) -> Router {
    let state = AppState { party: party.clone(), admin_console_url: config.admin_console_url.clone() };
    let own = Router::new()
        .route("/", get(pages::home))
        .route("/functions/{slug}", get(pages::function))
        .with_state(state);
    party.application_router(own)
}

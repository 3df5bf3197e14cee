//! The application put together: its facts, its state, its addresses.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use relying_party_client::{AccessTokenVerifier, Application, RelyingParty};

use crate::functions::FunctionTable;
use crate::{api, pages};

/// What the application says about itself.
pub(crate) const APPLICATION: Application = Application {
    slug: "ccms",
    name: "CCMS Terminal",
    full_name: "Clearing and settlement",
    purpose: "Here the business users of a participant do their clearing and settlement work.",
    theme: include_str!("../assets/theme.css"),
    scopes: &["profile", "email", api::SCOPE],
    is_resource: true,
};

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) party: RelyingParty,
    pub(crate) functions: Arc<FunctionTable>,
    pub(crate) tokens: AccessTokenVerifier,
}

impl FromRef<AppState> for RelyingParty {
    fn from_ref(state: &AppState) -> Self {
        state.party.clone()
    }
}

/// Every page of the application, and its API.
pub(crate) fn router(party: &RelyingParty, functions: FunctionTable) -> Router {
    let tokens = AccessTokenVerifier::new(party.clone(), api::SCOPE);
    let state = AppState { party: party.clone(), functions: Arc::new(functions), tokens };
    let own = Router::new()
        .route("/", get(pages::home))
        .route("/functions/{slug}", get(pages::function))
        .route("/authorisation-code", get(pages::approval_code))
        .route("/api/functions", get(api::functions))
        .with_state(state);
    party.application_router(own)
}

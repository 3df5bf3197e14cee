//! The application put together.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use relying_party_client::web::pages;
use relying_party_client::{Application, RelyingParty};

use crate::Config;

/// What the application says about itself.
pub(crate) const APPLICATION: Application = Application {
    slug: "dms",
    name: "DMS",
    full_name: "Security Management for CCASS and CCMS",
    purpose: "Maintain the users of your participant: profiles, access, listings and reports.",
    theme: include_str!("../assets/theme.css"),
    scopes: &["profile", "email", "clearing", "offline_access"],
    is_resource: false,
};

/// Every page of the application.
pub(crate) fn router(party: &RelyingParty, _config: &Config) -> Router {
    party.application_router(Router::new().route("/", get(home)).with_state(party.clone()))
}

async fn home(State(party): State<RelyingParty>) -> Response {
    pages::landing(&party)
}

//! The application put together: its facts and its addresses.

use axum::Router;
use axum::routing::{get, post};
use relying_party_client::{Application, RelyingParty};

use crate::{actions, pages};

/// What the application says about itself.
pub(crate) const APPLICATION: Application = Application {
    slug: "settlement_agent",
    name: "Settlement Agent",
    full_name: "A third party's settlement system",
    purpose: "A settlement agent's own system, which logs its people in through Countersign and settles for the participants that appointed it.",
    theme: include_str!("../assets/theme.css"),
    scopes: &["profile", "email", "clearing"],
    is_resource: false,
};

/// Every page of the application.
pub(crate) fn router(party: &RelyingParty) -> Router {
    let own = Router::new()
        .route("/", get(pages::home))
        .route("/refresh", post(actions::refresh))
        .route("/own-token", post(actions::own_token))
        .with_state(party.clone());
    party.application_router(own)
}

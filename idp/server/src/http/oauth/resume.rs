//! `GET /authorize/resume`: where a login, or a posted request, comes back to. Every check runs again.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use countersign_service::Services;
use countersign_service::authorize;
use serde::Deserialize;

use super::answer::Caller;

/// The sealed interaction.
#[derive(Deserialize)]
pub struct Sealed {
    /// Empty where there is none, which opens nothing.
    #[serde(default)]
    pub i: String,
}

/// Goes on with an interaction.
pub async fn get(
    State(services): State<Arc<Services>>,
    caller: Caller,
    Query(sealed): Query<Sealed>,
) -> Response {
    let outcome = authorize::resume(&services, &sealed.i, caller.visit()).await;
    caller.outcome(outcome)
}

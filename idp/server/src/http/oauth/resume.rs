//! `GET /authorize/resume`: where a login, or a posted request, comes back to. Every check runs again.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use countersign_service::Services;
use countersign_service::authorize;
use url::form_urlencoded;

use super::answer::Caller;

/// The sealed interaction in the address; empty where there is none, which opens nothing.
#[derive(Debug)]
pub struct Sealed {
    /// `i`, the first of several.
    pub i: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Sealed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let sealed = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "i");
        Ok(Self { i: sealed.map(|(_, value)| value.into_owned()).unwrap_or_default() })
    }
}

/// Goes on with an interaction.
pub async fn get(State(services): State<Arc<Services>>, caller: Caller, sealed: Sealed) -> Response {
    let caller = caller.waited_for(&services, &sealed.i);
    let outcome = authorize::resume(&services, &sealed.i, caller.visit()).await;
    caller.outcome(outcome)
}

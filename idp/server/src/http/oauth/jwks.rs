//! `GET /jwks` (RFC 7517 §5): from memory.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_service::Services;

/// Longest a client may keep the keys without asking.
const LONGEST: u32 = 3600;

/// The published keys. They may be kept for half of the time in which a new key is announced before it signs.
pub async fn get(State(services): State<Arc<Services>>) -> Response {
    let jwks = services.keyring.current().jwks();
    if jwks.is_empty() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let max_age = (services.policy.keys.announce_seconds / 2).min(LONGEST);
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, format!("public, max-age={max_age}")),
    ];
    (headers, jwks.to_string()).into_response()
}

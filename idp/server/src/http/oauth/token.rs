//! `POST /token` (RFC 6749 §3.2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_service::Services;
use countersign_service::token::token;

use super::machine::{Posted, Refusal, answer};

/// Answers a token request.
pub async fn post(State(services): State<Arc<Services>>, posted: Posted) -> Result<Response, Refusal> {
    let response = token(&services, posted.authorization.as_deref(), &posted.form).await?;
    Ok(answer(&response))
}

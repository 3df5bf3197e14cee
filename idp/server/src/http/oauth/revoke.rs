//! `POST /revoke` (RFC 7009 §2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_service::Services;
use countersign_service::revoke::revoke;
use serde_json::json;

use super::machine::{Posted, Refusal, answer};

/// Answers a revocation request: 200, whatever the token was (RFC 7009 §2.2).
pub async fn post(State(services): State<Arc<Services>>, posted: Posted) -> Result<Response, Refusal> {
    revoke(&services, posted.authorization.as_deref(), &posted.form).await?;
    Ok(answer(&json!({})))
}

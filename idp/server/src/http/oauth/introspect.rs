//! `POST /introspect` (RFC 7662 §2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_service::Services;
use countersign_service::introspect::introspect;

use super::machine::{Posted, Refusal, answer};

/// Answers an introspection request.
pub async fn post(State(services): State<Arc<Services>>, posted: Posted) -> Result<Response, Refusal> {
    Ok(answer(&introspect(&services, posted.authorization.as_deref(), &posted.form).await?))
}

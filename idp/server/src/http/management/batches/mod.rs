//! `POST /api/v1/batches` and `…/validate`: many changes as one request, in JSON or from a CSV file.

mod csv;
mod read;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_api::BASE_PATH;
use countersign_api::drafts::{BatchQuery, BatchSubmission};
use countersign_api::requests::{ChangeRequest, Validation};
use countersign_service::Services;

use self::read::Batch;
use super::refusal::Refusal;
use super::requests::submit::{submitted, validated};
use super::speak::Speaking;
use crate::serve::ClientAddress;

/// Longest body of a batch, in bytes.
pub const LONGEST: usize = 4 * 1024 * 1024;

/// Whether what is sent to `path` may be as long as a batch.
#[must_use]
pub fn takes_batches(path: &str) -> bool {
    let below = path.strip_prefix(BASE_PATH).unwrap_or_default();
    matches!(below, "/batches" | "/batches/validate")
}

/// Asks for many changes at once. They are signed once, and take effect all together or not at all.
#[utoipa::path(
    post,
    path = "/batches",
    operation_id = "submit_batch",
    tag = "Change requests",
    params(BatchQuery),
    request_body(content((BatchSubmission = "application/json"), (String = "text/csv"))),
    responses((
        status = 201,
        description = "The request, which waits for its checker.",
        body = ChangeRequest,
        headers(("etag", description = "The document's hash, for If-Match."), ("location"))
    ))
)]
pub(super) async fn submit(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Speaking(texts): Speaking,
    Batch(command): Batch,
) -> Result<Response, Refusal> {
    submitted(&services, &source.to_canonical().to_string(), texts, command).await
}

/// Looks at many changes, line by line. Nothing is written.
#[utoipa::path(
    post,
    path = "/batches/validate",
    operation_id = "validate_batch",
    tag = "Change requests",
    params(BatchQuery),
    request_body(content((BatchSubmission = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "What came of looking at them.", body = Validation))
)]
pub(super) async fn validate(
    State(services): State<Arc<Services>>,
    Speaking(texts): Speaking,
    Batch(command): Batch,
) -> Result<Json<Validation>, Refusal> {
    validated(&services, texts, command).await
}

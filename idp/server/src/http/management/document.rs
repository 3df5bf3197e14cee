//! The API described by itself: `GET /api/v1/openapi.json`, and the same printed by `countersign openapi`.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::BASE_PATH;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What stands before the endpoints.
#[derive(OpenApi)]
#[openapi(info(
    title = "Countersign management API",
    description = "Maintains the directory of a clearing house: nothing changes without a second signature."
))]
struct Preamble;

/// The document, as JSON that people can read.
pub fn document() -> Result<String, serde_json::Error> {
    let described = OpenApiRouter::with_openapi(Preamble::openapi()).nest(BASE_PATH, super::endpoints());
    Ok(described.into_openapi().to_pretty_json()? + "\n")
}

/// Shows the document to anyone.
pub(super) async fn show() -> Response {
    match document() {
        Ok(document) => ([(header::CONTENT_TYPE, "application/json")], document).into_response(),
        Err(error) => super::Refusal::internal(&error).into_response(),
    }
}

//! `GET /api/v1/change-requests/{id}`: what a checker reads before signing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::requests::ChangeRequest;
use countersign_core::ids::RequestId;
use countersign_service::Services;
use countersign_service::directory::reading::requests::{self, StoredRequest};

use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::etag::document_tag;
use crate::http::management::parameters::{Named, Parameters};
use crate::http::management::refusal::{Kind, Refusal};
use crate::http::management::speak::Speaking;

/// Shows one change request, and what the caller may do about it. One that the caller may not see is not there.
#[utoipa::path(
    get,
    path = "/change-requests/{id}",
    operation_id = "show_request",
    tag = "Change requests",
    params(("id" = String, Path)),
    responses((
        status = 200,
        description = "The request.",
        body = ChangeRequest,
        headers(("etag", description = "The document's hash, for If-Match."))
    ))
)]
pub(in crate::http::management) async fn show(
    State(services): State<Arc<Services>>,
    reading: Reading,
    Named(id): Named,
    Speaking(texts): Speaking,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    parameters.finish()?;
    let found = requests::find(&services, &reading.scope, &RequestId::from_stored(id)).await?;
    let request = match found.ok_or_else(|| Refusal::new(Kind::NotFound))? {
        StoredRequest::Sound(request) => *request,
        // Without a tag: there is nothing that could be signed.
        StoredRequest::Tampered(tampered) => return Ok(Json(view::tampered(&tampered)).into_response()),
    };
    let may = match reading.caller.actor() {
        Some(actor) => {
            let may = requests::may_now(&services, actor, &request).await;
            view::may(&may.map_err(|fault| Refusal::internal(&fault))?, texts)
        }
        None => Vec::new(),
    };
    let tag = document_tag(request.signed.hash());
    Ok(([(header::ETAG, tag)], Json(view::whole(&request, Vec::new(), may))).into_response())
}

//! `GET /api/v1/change-requests/{id}/subjects`: what a request is about, in pages, for those that are about very much.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::page::{Page, PageQuery};
use countersign_api::requests::Subject;
use countersign_core::ids::RequestId;
use countersign_service::Services;
use countersign_service::directory::reading::requests;

use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::pages;
use crate::http::management::parameters::{Named, Parameters};
use crate::http::management::refusal::{Kind, Refusal};

/// Lists what a request changes, before and after, in the order of what is signed.
#[utoipa::path(
    get,
    path = "/change-requests/{id}/subjects",
    operation_id = "list_request_subjects",
    tag = "Change requests",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, description = "A page of what it changes.", body = Page<Subject>))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    Named(id): Named,
    mut parameters: Parameters,
) -> Result<Json<Page<Subject>>, Refusal> {
    let cursors = requests::subject_cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let id = RequestId::from_stored(id);
    let found = requests::subjects(&services, &reading.scope, &id, wanted.after, wanted.limit).await?;
    let (found, targets) = found.ok_or_else(|| Refusal::new(Kind::NotFound))?;
    let count = counted.then_some(targets);
    Ok(Json(pages::page(found, cursors, count, |subject| view::subject(&subject))))
}

//! `GET /api/v1/audit/{id}`: one record.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::audit::AuditRecord;
use countersign_service::Services;
use countersign_service::directory::reading::audit;

use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::parameters::{Named, Parameters};
use crate::http::management::refusal::{Kind, Refusal};

/// Shows one record of the audit trail. One that the caller may not see is not there.
#[utoipa::path(
    get,
    path = "/audit/{id}",
    operation_id = "show_audit",
    tag = "Audit",
    params(("id" = String, Path)),
    responses((status = 200, description = "The record.", body = AuditRecord))
)]
pub(in crate::http::management) async fn show(
    State(services): State<Arc<Services>>,
    reading: Reading,
    Named(id): Named,
    parameters: Parameters,
) -> Result<Json<AuditRecord>, Refusal> {
    parameters.finish()?;
    let found = audit::find(&services, &reading.scope, &id).await?;
    found.map(|found| Json(view::record(found))).ok_or_else(|| Refusal::new(Kind::NotFound))
}

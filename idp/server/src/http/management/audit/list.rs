//! `GET /api/v1/audit`: the newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::audit::{AuditQuery, AuditRecord};
use countersign_api::page::{Page, PageQuery};
use countersign_core::ids::RequestId;
use countersign_service::Services;
use countersign_service::directory::reading::audit::{self, AuditFilter};

use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::pages;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::Refusal;

/// Searches the audit trail in the caller's scope, newest first: their own participant's records; all of them for
/// operators and the reading auditor.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "list_audit",
    tag = "Audit",
    params(AuditQuery, PageQuery),
    responses((status = 200, description = "A page of records.", body = Page<AuditRecord>))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<AuditRecord>>, Refusal> {
    let cursors = audit::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let filter = filter(&mut parameters);
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let found = audit::page(&services, &reading.scope, &filter, wanted.after, wanted.limit).await?;
    let count = if counted { Some(audit::count(&services, &reading.scope, &filter).await?) } else { None };
    Ok(Json(pages::page(found, cursors, count, view::record)))
}

/// Reads what is looked for.
pub(super) fn filter(parameters: &mut Parameters) -> AuditFilter {
    AuditFilter {
        actor: parameters.text("actor", 100),
        subject: parameters.text("subject", 100),
        participant: parameters.text("participant", 20),
        clearing_house: parameters.one_of("clearing_house"),
        action: parameters.one_of("action"),
        outcome: parameters.one_of("outcome"),
        from: parameters.instant("from"),
        to: parameters.instant("to"),
        request: parameters.text("request", 64).map(RequestId::from_stored),
    }
}

//! `GET /api/v1/change-requests`: the newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::page::{Page, PageQuery};
use countersign_api::requests::{ChangeKind, RequestQuery, RequestState, RequestSummary};
use countersign_core::directory::user_id::normalise;
use countersign_service::Services;
use countersign_service::directory::reading::requests::{self, RequestFilter};

use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::pages;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::{Fault, Refusal};

/// Lists change requests in the caller's scope, newest first.
#[utoipa::path(
    get,
    path = "/change-requests",
    operation_id = "list_requests",
    tag = "Change requests",
    params(RequestQuery, PageQuery),
    responses((status = 200, description = "A page of requests.", body = Page<RequestSummary>))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<RequestSummary>>, Refusal> {
    let cursors = requests::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let filter = filter(&mut parameters);
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let found = requests::page(&services, &reading.scope, &filter, wanted.after, wanted.limit).await?;
    let count = if counted { Some(requests::count(&services, &reading.scope, &filter).await?) } else { None };
    Ok(Json(pages::page(found, cursors, count, |request| view::listed(&request))))
}

fn filter(parameters: &mut Parameters) -> RequestFilter {
    let target = parameters.text("target", 200).and_then(|text| {
        let target = text.parse().ok();
        target.or_else(|| parameters.wrong("target", Fault::NotAllowed))
    });
    RequestFilter {
        state: parameters.word::<RequestState>("state"),
        kind: parameters.word::<ChangeKind>("kind"),
        maker: parameters.text("maker", 32).map(|maker| normalise(&maker)),
        target,
        jurisdiction: None,
    }
}

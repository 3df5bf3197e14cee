//! `POST /api/v1/approval-code`: a checker's authorisation code, with which they sign on a maker's screen.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::requests::{ApprovalCode, CodeWanted};
use countersign_core::directory::approval_code::{ApprovalMode, OnlyByQueue};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::DocumentHash;
use countersign_service::Services;
use countersign_service::directory::show_code;

use super::caller::SteppedUp;
use super::command::Command;
use super::refusal::{Fault, Flaw, Kind, Refusal};
use crate::serve::ClientAddress;

/// Shows the caller's authorisation code. It is theirs alone; every showing is in the audit trail.
#[utoipa::path(
    post,
    path = "/approval-code",
    operation_id = "show_approval_code",
    tag = "Change requests",
    request_body = CodeWanted,
    responses((status = 200, description = "The code.", body = ApprovalCode))
)]
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    ClientAddress(source): ClientAddress,
    command: Command<CodeWanted>,
) -> Result<Json<ApprovalCode>, Refusal> {
    let Command { acting, content, .. } = command;
    if !acting.actor.holds(AccessLevel::Checker) {
        return Err(Refusal::new(Kind::Forbidden));
    }
    let request = content.request.map(|hash| hash.parse::<DocumentHash>()).transpose();
    let request = request.map_err(|_| wrong(Kind::InvalidContent, Fault::WrongType))?;
    let source = source.to_canonical().to_string();
    let code = show_code(&services, &acting.actor, request.as_ref(), &source).await;
    match code.map_err(|fault| Refusal::internal(&fault))? {
        Some(code) => Ok(Json(ApprovalCode { authorisation_code: code.expose().to_owned() })),
        None if acting.actor.is_operator() => Err(by_queue(OnlyByQueue::Operators)),
        None if services.policy.approval_code.mode == ApprovalMode::PerRequest => {
            Err(wrong(Kind::InvalidContent, Fault::Missing))
        }
        None => Err(by_queue(OnlyByQueue::Off)),
    }
}

fn by_queue(why: OnlyByQueue) -> Refusal {
    wrong(Kind::OnlyByQueue, Fault::OnlyByQueue(why))
}

fn wrong(kind: Kind, fault: Fault) -> Refusal {
    Refusal::of(kind, vec![Flaw { field: "request".to_owned(), fault }])
}

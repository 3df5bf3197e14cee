//! `POST /api/v1/change-requests/{id}/approve`, `/reject` and `/withdraw`: the second signature, or none.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::requests::{ChangeRequest, Nothing, Reason};
use countersign_core::ids::RequestId;
use countersign_service::Services;
use countersign_service::directory::{self, DecideError, Decided, OnceDecided};
use tracing::Instrument as _;

use super::{required_reason, view};
use crate::http::management::caller::SteppedUp;
use crate::http::management::command::{Command, answered, not_first};
use crate::http::management::etag::IfDocument;
use crate::http::management::parameters::Named;
use crate::http::management::refusal::{Fault, Flaw, Kind, Refusal};
use crate::serve::ClientAddress;

/// Signs a request and puts it into effect, at once and whole.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/approve",
    operation_id = "approve_request",
    tag = "Change requests",
    params(("id" = String, Path), ("if-match" = String, Header, description = "The ETag of what was read.")),
    request_body = Nothing,
    responses((status = 200, description = "The request, applied.", body = ChangeRequest))
)]
pub(in crate::http::management) async fn approve(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    seen: IfDocument,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let (id, hash, source) = (RequestId::from_stored(id), seen.hash()?, source.to_canonical().to_string());
    // What was begun goes on though the caller goes away: to put a large one into effect takes longer than a request may.
    let deciding = async move {
        let once = OnceDecided { attempt: &command.attempt, answer: &view::decided };
        directory::approve(&services, &command.acting.actor, &id, &hash, &source, Some(&once)).await
    };
    settled(tokio::spawn(deciding.in_current_span()).await.map_err(|error| Refusal::internal(&error))?)
}

/// Refuses a request, and says why.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/reject",
    operation_id = "reject_request",
    tag = "Change requests",
    params(("id" = String, Path)),
    request_body = Reason,
    responses((status = 200, description = "The request, rejected.", body = ChangeRequest))
)]
pub(in crate::http::management) async fn reject(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Reason>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let (id, source) = (RequestId::from_stored(id), source.to_canonical().to_string());
    let reason = required_reason(content.reason)?;
    let once = OnceDecided { attempt: &attempt, answer: &view::decided };
    let rejected = directory::reject(&services, &acting.actor, &id, &reason, &source, Some(&once)).await;
    settled(rejected.map(|request| Decided::Ended(Box::new(request))))
}

/// Takes back one's own request.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/withdraw",
    operation_id = "withdraw_request",
    tag = "Change requests",
    params(("id" = String, Path)),
    request_body = Nothing,
    responses((status = 200, description = "The request, withdrawn.", body = ChangeRequest))
)]
pub(in crate::http::management) async fn withdraw(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let (id, source) = (RequestId::from_stored(id), source.to_canonical().to_string());
    let once = OnceDecided { attempt: &command.attempt, answer: &view::decided };
    let withdrawn = directory::withdraw(&services, &command.acting.actor, &id, &source, Some(&once)).await;
    settled(withdrawn.map(|request| Decided::Ended(Box::new(request))))
}

/// What is answered to a decision.
pub(super) fn settled(decided: Result<Decided, DecideError>) -> Result<Response, Refusal> {
    match decided {
        Ok(Decided::Ended(request)) => Ok(answered(view::decided(&request))),
        Ok(Decided::Conflicted(_)) => Err(Refusal::new(Kind::RequestConflicted)),
        Err(DecideError::NotFirst(error)) => not_first(error),
        Err(DecideError::NotFound) => Err(Refusal::new(Kind::NotFound)),
        Err(DecideError::Tampered) => Err(Refusal::new(Kind::RequestTampered)),
        Err(DecideError::AnotherDocument) => Err(Refusal::new(Kind::PreconditionFailed)),
        Err(DecideError::Over(error)) => Err(about("state", Kind::RequestEnded, Fault::Over(error))),
        Err(DecideError::NotTheMaker) => Err(about("maker", Kind::Forbidden, Fault::NotTheMaker)),
        Err(DecideError::Refused(refusal)) => {
            Err(about("checker", Kind::MayNotSign, Fault::Unsigned(refusal)))
        }
        Err(DecideError::NoReason) => Err(about("reason", Kind::InvalidContent, Fault::Missing)),
        Err(DecideError::Fault(fault)) => Err(Refusal::internal(&fault)),
    }
}

/// A problem about one thing.
pub(super) fn about(field: &str, kind: Kind, fault: Fault) -> Refusal {
    Refusal::of(kind, vec![Flaw { field: field.to_owned(), fault }])
}

//! `POST /api/v1/change-requests/{id}/adopt`: whom the command line named as the maker says that a request is theirs.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::requests::{ChangeRequest, Nothing};
use countersign_core::ids::RequestId;
use countersign_service::Services;
use countersign_service::directory::{self, OnceDecided};

use super::decide::settled;
use super::view;
use crate::http::management::caller::SteppedUp;
use crate::http::management::command::{Command, answered};
use crate::http::management::etag::IfDocument;
use crate::http::management::parameters::Named;
use crate::http::management::refusal::Refusal;
use crate::serve::ClientAddress;

/// Makes a request that was filed at the command line the caller's own, whom it names as its maker. Nobody can approve it
/// before.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/adopt",
    operation_id = "adopt_request",
    tag = "Change requests",
    params(("id" = String, Path), ("if-match" = String, Header, description = "The ETag of what was read.")),
    request_body = Nothing,
    responses((status = 200, description = "The request, which waits for its checker.", body = ChangeRequest))
)]
pub(in crate::http::management) async fn adopt(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    seen: IfDocument,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let (id, hash, source) = (RequestId::from_stored(id), seen.hash()?, source.to_canonical().to_string());
    let once = OnceDecided { attempt: &command.attempt, answer: &view::decided };
    let actor = &command.acting.actor;
    match directory::adopt(&services, actor, &id, &hash, &source, Some(&once)).await {
        Ok(request) => Ok(answered(view::decided(&request))),
        Err(error) => settled(Err(error)),
    }
}

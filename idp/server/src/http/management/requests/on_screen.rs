//! `POST /api/v1/change-requests/{id}/approve-on-screen`: the checker gives their code on the maker's screen.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::requests::{self, ChangeRequest};
use countersign_core::ids::RequestId;
use countersign_core::secret::SecretString;
use countersign_service::Services;
use countersign_service::directory::{CheckerEntry, OnScreenError, OnceDecided, approve_on_screen};
use serde::Deserialize;

use super::decide::{about, settled};
use super::view;
use crate::http::management::command::Command;
use crate::http::management::etag::IfDocument;
use crate::http::management::parameters::Named;
use crate::http::management::refusal::{Fault, Kind, Refusal};
use crate::serve::ClientAddress;

/// What the checker gives. Its description is [`requests::CheckerEntry`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::management) struct Entry {
    checker_id: String,
    authorisation_code: SecretString,
}

/// Has one's own request signed by a checker's authorisation code. Wrong codes are counted, and end this way.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/approve-on-screen",
    operation_id = "approve_request_on_screen",
    tag = "Change requests",
    params(("id" = String, Path), ("if-match" = String, Header, description = "The ETag of what was read.")),
    request_body = requests::CheckerEntry,
    responses((status = 200, description = "The request, applied.", body = ChangeRequest))
)]
pub(in crate::http::management) async fn approve(
    State(services): State<Arc<Services>>,
    seen: IfDocument,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Entry>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let (id, hash, source) = (RequestId::from_stored(id), seen.hash()?, source.to_canonical().to_string());
    let once = OnceDecided { attempt: &attempt, answer: &view::decided };
    let entry = CheckerEntry { checker_id: &content.checker_id, code: &content.authorisation_code };
    let decided = approve_on_screen(&services, &acting.actor, &id, &hash, &entry, &source, Some(&once)).await;
    match decided {
        Ok(decided) => settled(Ok(decided)),
        Err(OnScreenError::Decide(error)) => settled(Err(error)),
        Err(OnScreenError::OnlyByQueue(why)) => {
            Err(about("authorisation_code", Kind::OnlyByQueue, Fault::OnlyByQueue(why)))
        }
        Err(OnScreenError::Wrong) => Err(Refusal::new(Kind::CodeWrong)),
        Err(OnScreenError::Refused(refusal)) => {
            Err(about("checker_id", Kind::MayNotSign, Fault::Unsigned(refusal)))
        }
        Err(OnScreenError::Fault(fault)) => Err(Refusal::internal(&fault)),
    }
}

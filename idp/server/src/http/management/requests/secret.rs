//! `POST /api/v1/change-requests/{id}/secret`: what an applied request made, shown once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::requests::{Nothing, Secret};
use countersign_core::ids::RequestId;
use countersign_core::secret::SecretString;
use countersign_service::Services;
use countersign_service::directory::{RevealError, reveal};
use countersign_service::idempotency::{Once, StoredAnswer};

use crate::http::management::caller::SteppedUp;
use crate::http::management::command::{Command, answered, not_first};
use crate::http::management::parameters::Named;
use crate::http::management::refusal::{Kind, Refusal};
use crate::serve::ClientAddress;

/// Shows what an applied request made, once, to one of the two who signed it; again only under the same key.
#[utoipa::path(
    post,
    path = "/change-requests/{id}/secret",
    operation_id = "show_secret",
    tag = "Change requests",
    params(("id" = String, Path)),
    request_body = Nothing,
    responses((status = 200, description = "The secret.", body = Secret))
)]
pub(in crate::http::management) async fn show(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let (id, source) = (RequestId::from_stored(id), source.to_canonical().to_string());
    let once = Once { attempt: &command.attempt, answer: &shown };
    match reveal(&services, &command.acting.actor, &id, &source, Some(&once)).await {
        Ok(secret) => Ok(answered(shown(&secret))),
        Err(RevealError::Nothing) => Err(Refusal::new(Kind::NotFound)),
        Err(RevealError::NotFirst(error)) => not_first(error),
        Err(RevealError::Fault(fault)) => Err(Refusal::internal(&fault)),
    }
}

fn shown(secret: &SecretString) -> StoredAnswer {
    let secret = Secret { secret: secret.expose().to_owned() };
    // A text always serialises.
    StoredAnswer {
        status: 200,
        body: serde_json::to_value(secret).unwrap_or_default(),
        ..StoredAnswer::default()
    }
}

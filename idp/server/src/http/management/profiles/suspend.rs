//! `POST /api/v1/profiles/{user_id}/suspend`: one person alone takes access away.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::profiles::ProfileStatus;
use countersign_api::requests::{Reason, Suspended};
use countersign_core::directory::user_id::normalise;
use countersign_service::Services;
use countersign_service::directory::{self, SuspendError};
use countersign_service::idempotency::{StoredAnswer, claim, complete};

use crate::http::management::caller::SteppedUp;
use crate::http::management::command::{Command, answered, claimed};
use crate::http::management::parameters::Named;
use crate::http::management::refusal::{Kind, Refusal};
use crate::http::management::requests::required_reason;
use crate::serve::ClientAddress;

/// Suspends a profile at once. Everyone concerned is told; lifting it takes two.
#[utoipa::path(
    post,
    path = "/profiles/{user_id}/suspend",
    operation_id = "suspend_profile",
    tag = "Profiles",
    params(("user_id" = String, Path, example = "HKABC101")),
    request_body = Reason,
    responses((status = 200, description = "The profile is suspended.", body = Suspended))
)]
pub(in crate::http::management) async fn suspend(
    State(services): State<Arc<Services>>,
    _: SteppedUp,
    ClientAddress(source): ClientAddress,
    Named(user_id): Named,
    command: Command<Reason>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let (user_id, source) = (normalise(&user_id), source.to_canonical().to_string());
    let reason = required_reason(content.reason)?;
    let tx = services.store.begin().await?;
    if let Some(former) = claimed(claim(&services, &tx, &attempt).await?) {
        return former.map(answered);
    }
    directory::suspend(&services, &tx, &acting.actor, &user_id, &reason, &source).await?;
    let suspended = Suspended { user_id, status: ProfileStatus::Suspended };
    let answer = StoredAnswer {
        status: 200,
        // Texts always serialise.
        body: serde_json::to_value(suspended).unwrap_or_default(),
        ..StoredAnswer::default()
    };
    complete(&services, &tx, &attempt, &answer).await?;
    tx.commit().await?;
    Ok(answered(answer))
}

impl From<SuspendError> for Refusal {
    fn from(error: SuspendError) -> Self {
        match error {
            SuspendError::NotFound => Self::new(Kind::NotFound),
            SuspendError::NotAllowed => Self::new(Kind::Forbidden),
            // The reason was looked at before.
            SuspendError::NoReason => Self::new(Kind::InvalidContent),
            SuspendError::NotEnabled => Self::new(Kind::NotEnabled),
            SuspendError::Fault(fault) => Self::internal(&fault),
        }
    }
}

//! `POST /backchannel-logout` (Back-Channel Logout 1.0 §2.5–2.8).

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::json;

use crate::RelyingParty;
use crate::jwt::SignatureError;
use crate::logout::LogoutTokenError;

#[derive(Deserialize)]
pub(super) struct Delivery {
    logout_token: String,
}

pub(super) async fn receive(
    State(party): State<RelyingParty>,
    form: Result<Form<Delivery>, FormRejection>,
) -> Response {
    let Ok(Form(delivery)) = form else { return refuse(StatusCode::BAD_REQUEST, "logout_token missing") };
    match party.back_channel_logout(&delivery.logout_token).await {
        Ok(ended) => {
            tracing::info!(ended, "sessions ended by the issuer");
            StatusCode::OK.into_response()
        }
        Err(LogoutTokenError::Signature(SignatureError::Issuer(error))) => {
            tracing::warn!(%error, "logout token cannot be verified now");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "the issuer's keys are not known at the moment")
        }
        Err(error) => {
            tracing::warn!(%error, "logout token refused");
            refuse(StatusCode::BAD_REQUEST, &error.to_string())
        }
    }
}

/// §2.8. The headers layer adds `no-store`.
fn refuse(status: StatusCode, description: &str) -> Response {
    (status, Json(json!({ "error": "invalid_request", "error_description": description }))).into_response()
}

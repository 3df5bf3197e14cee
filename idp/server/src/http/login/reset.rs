//! `reset-user-id`: whose password.

use axum::response::{IntoResponse as _, Response};
use countersign_service::login::{self, RequestResetError};
use serde::Deserialize;

use super::{Door, onward};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{ErrorCode, PageError, ResetUserId};

/// Asks.
pub(super) async fn get(mut door: Door) -> Response {
    match door.interaction() {
        Ok(interaction) => page(&door, interaction.login_hint.as_deref().unwrap_or_default(), None),
        Err(response) => *response,
    }
}

fn page(door: &Door, user_id: &str, error: Option<PageError>) -> Response {
    let back = door.at("/login/password");
    ResetUserId { page: door.page.clone(), user_id: user_id.to_owned(), back, error }.into_response()
}

/// Longer than any user ID. What is typed travels sealed in the next page's address, which has its limits too.
const LONGEST: usize = 64;

#[derive(Deserialize)]
pub(super) struct Whose {
    #[serde(default)]
    user_id: String,
}

/// Sends a mail, or seems to.
pub(super) async fn post(mut door: Door, form: Result<PageForm<Whose>, FormRefusal>) -> Response {
    let whose = match door.posted(form).await {
        Ok(whose) => whose,
        Err(response) => return *response,
    };
    if let Err(response) = door.interaction() {
        return *response;
    }
    if whose.user_id.trim().is_empty() {
        return page(&door, "", Some(PageError::new(ErrorCode::Required).at("user_id")));
    }
    if whose.user_id.len() > LONGEST {
        return door.error(ErrorCode::InvalidForm);
    }
    match login::request_reset(&door.services, &door.visit, &whose.user_id).await {
        Ok(sealed) => onward(&format!("{}&r={sealed}", door.at("/login/reset/otp"))),
        Err(error) => refused(&door, &error, |error| page(&door, &whose.user_id, Some(error))),
    }
}

/// The page for a reset that was not begun, or a mail that was not sent.
pub(super) fn refused(
    door: &Door,
    error: &RequestResetError,
    page: impl FnOnce(PageError) -> Response,
) -> Response {
    match error {
        RequestResetError::Gone => door.error_with_next(ErrorCode::Expired, &door.at("/login/reset")),
        RequestResetError::NoPasswordsYet => {
            door.error_with_next(ErrorCode::PhaseNoPassword, &door.at("/login/"))
        }
        RequestResetError::MailLimit => page(PageError::new(ErrorCode::ResendLimit)),
        RequestResetError::TooSoon { seconds } => {
            page(PageError::new(ErrorCode::ResendTooSoon).with("seconds", *seconds))
        }
        RequestResetError::Fault(fault) => door.fault(fault),
    }
}

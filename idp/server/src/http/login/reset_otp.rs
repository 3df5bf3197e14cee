//! `reset-otp`: the OTP of a reset. The page says the same whether a mail went out or not.

use axum::response::{IntoResponse as _, Response};
use countersign_service::login::{self, ProveResetError};
use serde::Deserialize;

use super::{Door, onward, reset};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{ErrorCode, PageError, ResetOtp};

/// Asks.
pub(super) async fn get(mut door: Door) -> Response {
    match door.interaction() {
        Ok(_) => page(&door, None, false),
        Err(response) => *response,
    }
}

fn page(door: &Door, error: Option<PageError>, resent: bool) -> Response {
    let Some(shown) = login::reset_page(&door.services, &door.visit, door.parameter("r")) else {
        return door.error_with_next(ErrorCode::Expired, &door.at("/login/reset"));
    };
    ResetOtp {
        page: door.page.clone(),
        user_id: shown.user_id,
        valid_minutes: shown.valid_minutes,
        resent,
        error,
    }
    .into_response()
}

#[derive(Deserialize)]
pub(super) struct Answer {
    action: Button,
    #[serde(default)]
    otp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Button {
    Submit,
    Resend,
}

/// Checks it, or sends another.
pub(super) async fn post(mut door: Door, form: Result<PageForm<Answer>, FormRefusal>) -> Response {
    let answer = match door.posted(form).await {
        Ok(answer) => answer,
        Err(response) => return *response,
    };
    let interaction = match door.interaction() {
        Ok(interaction) => interaction,
        Err(response) => return *response,
    };
    let sealed = door.parameter("r").to_owned();
    if matches!(answer.action, Button::Resend) {
        return match login::resend_reset(&door.services, &door.visit, &sealed).await {
            Ok(()) => page(&door, None, true),
            Err(error) => reset::refused(&door, &error, |error| page(&door, Some(error), false)),
        };
    }
    if answer.otp.trim().is_empty() {
        return page(&door, Some(PageError::new(ErrorCode::Required).at("otp")), false);
    }
    let proved = login::prove_reset(&door.services, &door.visit, &interaction, &sealed, &answer.otp).await;
    let error = match proved {
        Ok(token) => return onward(&format!("/login/reset/password?f={}", token.expose())),
        Err(ProveResetError::Gone) => {
            return door.error_with_next(ErrorCode::Expired, &door.at("/login/reset"));
        }
        Err(ProveResetError::NoPasswordsYet) => {
            return door.error_with_next(ErrorCode::PhaseNoPassword, &door.at("/login/"));
        }
        Err(ProveResetError::Fault(fault)) => return door.fault(&fault),
        Err(ProveResetError::Wrong { left }) => {
            PageError::new(ErrorCode::WrongOtp).with("tries", u32::from(left))
        }
        Err(ProveResetError::Wait { seconds }) => {
            PageError::new(ErrorCode::SlowDown).with("seconds", seconds)
        }
        Err(ProveResetError::Used) => PageError::new(ErrorCode::OtpUsed),
        Err(ProveResetError::TooOld) => PageError::new(ErrorCode::OtpExpired),
        Err(ProveResetError::NoTries) => PageError::new(ErrorCode::OtpTries),
    };
    page(&door, Some(error.at("otp")), false)
}

//! Every page from the first right factor on: one address, at which the login shows where it stands.

use axum::response::{IntoResponse as _, Response};
use countersign_core::journey::steps::{Action, Errand};
use countersign_core::oauth::interaction::Purpose;
use countersign_service::login::{self, ActError, Advance, FlowPage, OtpPage, PageOf, ProofError};
use serde::Deserialize;

use super::{Door, onward};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{
    EmailRisk, EnrolmentCode, ErrorCode, Otp, OtpChannel, PageError, RegisterDevice, ScanQr,
};

/// Where the login of `token` goes on.
pub(crate) fn step_url(token: &str) -> String {
    // Tokens are base64url: nothing in them needs escaping.
    format!("/login/step?f={token}")
}

/// Shows where it stands.
pub(super) async fn get(door: Door) -> Response {
    show(door, None, false).await
}

async fn show(mut door: Door, error: Option<PageError>, resent: bool) -> Response {
    match login::page(&door.services, &door.visit, door.parameter("f")).await {
        Ok(Some(page)) => {
            door.act_for(&page.interaction);
            if page.errand != Errand::LogIn {
                door.page = door.page.clone().with_purpose(Purpose::StepUp);
            }
            view(&door, page, error, resent)
        }
        Ok(None) => {
            door.act_as_asked().await;
            door.error(ErrorCode::Expired)
        }
        Err(fault) => door.fault(&fault),
    }
}

fn view(door: &Door, shown: FlowPage, error: Option<PageError>, resent: bool) -> Response {
    let page = door.page.clone();
    match shown.step {
        PageOf::RegisterDevice => RegisterDevice { page, may_skip: shown.may_use_email }.into_response(),
        PageOf::EnrolmentCode => EnrolmentCode { page, error }.into_response(),
        PageOf::ScanQr { uri, secret } => {
            ScanQr::new(page, uri.expose(), secret.expose(), &shown.user_id).with_error(error).into_response()
        }
        PageOf::EmailRisk => EmailRisk { page }.into_response(),
        PageOf::Otp(otp) => {
            let channel = match otp {
                OtpPage::App => OtpChannel::App,
                OtpPage::Email { masked_address, valid_minutes } => {
                    OtpChannel::Email { masked_address, valid_minutes }
                }
            };
            Otp { page, channel, user_id: shown.user_id, resent, error }.into_response()
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Answer {
    action: Button,
    otp: Option<String>,
    code: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Button {
    Register,
    Skip,
    Accept,
    Back,
    Continue,
    Submit,
    Resend,
}

/// Does what the page was told.
pub(super) async fn post(mut door: Door, form: Result<PageForm<Answer>, FormRefusal>) -> Response {
    let answer = match door.posted(form).await {
        Ok(answer) => answer,
        Err(response) => return *response,
    };
    match answer.action {
        Button::Register => act(door, Action::Register).await,
        Button::Skip => act(door, Action::Skip).await,
        Button::Accept => act(door, Action::Accept).await,
        Button::Back => act(door, Action::Back).await,
        Button::Continue => act(door, Action::Continue).await,
        Button::Submit => prove(door, answer.otp.as_deref(), answer.code.as_deref()).await,
        Button::Resend => resend(door).await,
    }
}

async fn act(door: Door, action: Action) -> Response {
    let token = door.parameter("f").to_owned();
    match login::act(&door.services, &door.visit, &token, action).await {
        Ok(advance) => go_on(&door, &token, &advance),
        Err(error) => not_acted(door, &error).await,
    }
}

async fn resend(door: Door) -> Response {
    let token = door.parameter("f").to_owned();
    match login::resend(&door.services, &door.visit, &token).await {
        Ok(()) => show(door, None, true).await,
        Err(error) => not_acted(door, &error).await,
    }
}

async fn not_acted(door: Door, error: &ActError) -> Response {
    match error {
        ActError::Gone => door.error(ErrorCode::Expired),
        ActError::OutOfPlace => onward(&step_url(door.parameter("f"))),
        ActError::NoEmail => door.error(ErrorCode::NoEmail),
        ActError::MailLimit => show(door, Some(PageError::new(ErrorCode::ResendLimit)), false).await,
        ActError::TooSoon { seconds } => {
            let error = PageError::new(ErrorCode::ResendTooSoon).with("seconds", *seconds);
            show(door, Some(error), false).await
        }
        ActError::Refused(refusal) => door.refusal(*refusal),
        ActError::Fault(fault) => door.fault(fault),
    }
}

async fn prove(door: Door, otp: Option<&str>, code: Option<&str>) -> Response {
    let (field, typed) = match (otp, code) {
        (_, Some(code)) => ("code", code),
        (otp, None) => ("otp", otp.unwrap_or_default()),
    };
    if typed.trim().is_empty() {
        return show(door, Some(PageError::new(ErrorCode::Required).at(field)), false).await;
    }
    let token = door.parameter("f").to_owned();
    let proved = if field == "code" {
        login::prove_code(&door.services, &door.visit, &token, typed).await
    } else {
        login::prove_otp(&door.services, &door.visit, &token, typed).await
    };
    match proved {
        Ok(advance) => go_on(&door, &token, &advance),
        Err(error) => not_proved(door, field, &error).await,
    }
}

async fn not_proved(door: Door, field: &'static str, error: &ProofError) -> Response {
    let code = match error {
        ProofError::Gone => return door.error(ErrorCode::Expired),
        ProofError::OutOfPlace => return onward(&step_url(door.parameter("f"))),
        ProofError::Refused(refusal) => return door.refusal(*refusal),
        ProofError::Fault(fault) => return door.fault(fault),
        ProofError::Wrong { left: Some(tries) } => {
            let error = PageError::new(ErrorCode::WrongOtp).with("tries", u32::from(*tries)).at(field);
            return show(door, Some(error), false).await;
        }
        ProofError::Wrong { left: None } if field == "code" => ErrorCode::WrongCode,
        ProofError::Wrong { left: None } => ErrorCode::WrongOtp,
        ProofError::Used => ErrorCode::OtpUsed,
        ProofError::TooOld => ErrorCode::OtpExpired,
        ProofError::NoTries => ErrorCode::OtpTries,
        ProofError::MailLimit => ErrorCode::ResendLimit,
    };
    show(door, Some(PageError::new(code).at(field)), false).await
}

fn go_on(door: &Door, token: &str, advance: &Advance) -> Response {
    match advance {
        Advance::Page => onward(&step_url(token)),
        Advance::Done(arrival) => door.arrive(arrival),
    }
}

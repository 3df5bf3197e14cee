//! `choose-method`: with OTP or with the smartcard, while any house still has smartcards.

use axum::response::{IntoResponse as _, Response};
use countersign_core::oauth::interaction::{Interaction, Purpose};
use countersign_service::interaction;
use countersign_service::login::{self, Fault, StepUpError};
use serde::Deserialize;

use super::{Door, onward, step_url};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{ChooseMethod, ErrorCode, ErrorPage, PageError};

/// Begins: a step-up where one is asked for, otherwise the choice of a method, or the only method there is.
pub(super) async fn get(mut door: Door) -> Response {
    if door.parameter("i").is_empty() {
        return onward("/account");
    }
    let interaction = match door.interaction() {
        Ok(interaction) => interaction,
        Err(response) => return *response,
    };
    if interaction.requirement.purpose() == Purpose::StepUp {
        match step_up(&door, &interaction).await {
            Some(response) => return response,
            // The session ended meanwhile: what remains is a login.
            None => door.page = door.page.clone().with_purpose(Purpose::Login),
        }
    }
    match login::offers_smartcard(&door.services).await {
        Ok(true) => {
            ChooseMethod { page: door.page.clone(), notice: door.notice.clone(), error: None }.into_response()
        }
        Ok(false) => onward(&door.at("/login/password")),
        Err(fault) => door.fault(&fault),
    }
}

async fn step_up(door: &Door, interaction: &Interaction) -> Option<Response> {
    match login::begin_step_up(&door.services, &door.visit, interaction).await {
        Ok(token) => Some(onward(&step_url(token.expose()))),
        Err(StepUpError::NoSession) => None,
        Err(StepUpError::Unreachable) => Some(best_reached(door, interaction)),
        Err(StepUpError::NoEmail) => Some(door.error(ErrorCode::NoEmail)),
        Err(StepUpError::MailLimit) => Some(door.error(ErrorCode::ResendLimit)),
        Err(StepUpError::Fault(fault)) => Some(door.fault(&fault)),
    }
}

/// The user has nothing stronger. They learn so here, and going on from here the client gets its answer.
fn best_reached(door: &Door, interaction: &Interaction) -> Response {
    let reached = Interaction { best_reached: true, ..interaction.clone() };
    match interaction::seal(&door.services, &reached, &door.visit.browser) {
        Ok(sealed) => ErrorPage::new(door.page.clone(), PageError::new(ErrorCode::StrongerFactorNeeded))
            .with_way_on(format!("/authorize/resume?i={sealed}"))
            .into_response(),
        Err(error) => door.fault(&Fault::Internal(error.to_string())),
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    action: Method,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Method {
    Otp,
    Smartcard,
}

/// Goes on by the method chosen.
pub(super) async fn post(mut door: Door, form: Result<PageForm<Choice>, FormRefusal>) -> Response {
    let choice = match door.posted(form).await {
        Ok(choice) => choice,
        Err(response) => return *response,
    };
    if let Err(response) = door.interaction() {
        return *response;
    }
    match choice.action {
        Method::Otp => onward(&door.at("/login/password")),
        Method::Smartcard => door.error_with_next(ErrorCode::SmartcardUnavailable, &door.at("/login/")),
    }
}

//! `password`: user ID and password.

use axum::response::{IntoResponse as _, Response};
use countersign_core::secret::SecretString;
use countersign_service::login::{self, LogInError};
use serde::Deserialize;

use super::{Door, onward, step_url};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{ErrorCode, PageError, Password};

/// Shows the form, with the user ID that the application knows.
pub(super) async fn get(mut door: Door) -> Response {
    match door.interaction() {
        Ok(interaction) => page(&door, interaction.login_hint.as_deref().unwrap_or_default(), None).await,
        Err(response) => *response,
    }
}

async fn page(door: &Door, user_id: &str, error: Option<PageError>) -> Response {
    let other_method = match login::offers_smartcard(&door.services).await {
        Ok(offered) => offered.then(|| door.at("/login/")),
        Err(fault) => return door.fault(&fault),
    };
    Password {
        page: door.page.clone(),
        user_id: user_id.to_owned(),
        notice: door.notice.clone(),
        forgot_password: door.at("/login/reset"),
        other_method,
        error,
    }
    .into_response()
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    user_id: String,
    #[serde(default = "nothing")]
    password: SecretString,
}

fn nothing() -> SecretString {
    SecretString::new(String::new())
}

/// Checks them.
pub(super) async fn post(mut door: Door, form: Result<PageForm<Credentials>, FormRefusal>) -> Response {
    let given = match door.posted(form).await {
        Ok(given) => given,
        Err(response) => return *response,
    };
    let interaction = match door.interaction() {
        Ok(interaction) => interaction,
        Err(response) => return *response,
    };
    let missing = match (given.user_id.trim().is_empty(), given.password.is_empty()) {
        (true, _) => Some("user_id"),
        (false, true) => Some("password"),
        (false, false) => None,
    };
    if let Some(field) = missing {
        return page(&door, &given.user_id, Some(PageError::new(ErrorCode::Required).at(field))).await;
    }
    let begun =
        login::log_in(&door.services, &door.visit, &interaction, &given.user_id, &given.password).await;
    let error = match begun {
        Ok(token) => return onward(&step_url(token.expose())),
        Err(LogInError::Wrong) => PageError::new(ErrorCode::WrongCredentials),
        Err(LogInError::Wait { seconds }) => PageError::new(ErrorCode::SlowDown).with("seconds", seconds),
        Err(LogInError::MailLimit) => PageError::new(ErrorCode::ResendLimit),
        Err(LogInError::NoEmail) => return door.error(ErrorCode::NoEmail),
        Err(LogInError::Fault(fault)) => return door.fault(&fault),
    };
    page(&door, &given.user_id, Some(error)).await
}

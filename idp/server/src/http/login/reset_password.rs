//! `reset-password` and `reset-done`.

use axum::response::{IntoResponse as _, Response};
use countersign_core::secret::SecretString;
use countersign_service::login::{self, NewPasswordPage, SetPasswordError};
use countersign_service::{interaction, login::Fault};
use serde::Deserialize;

use super::{Door, onward};
use crate::http::csrf::{FormRefusal, PageForm};
use crate::http::pages::{BrokenRule, ErrorCode, ResetDone, ResetPassword};

/// Asks for the new password.
pub(super) async fn get(door: Door) -> Response {
    show(door, Vec::new()).await
}

async fn show(mut door: Door, broken: Vec<BrokenRule>) -> Response {
    match login::new_password_page(&door.services, &door.visit, door.parameter("f")).await {
        Ok(Some(NewPasswordPage { interaction, user_id })) => {
            door.act_for(&interaction);
            let policy = &door.services.policy.password;
            let (shortest, history) = (policy.min_length.into(), policy.history.into());
            ResetPassword::new(door.page.clone(), &user_id, shortest, history, broken).into_response()
        }
        Ok(None) => {
            door.act_as_asked().await;
            door.error(ErrorCode::Expired)
        }
        Err(fault) => door.fault(&fault),
    }
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    new_password: SecretString,
    confirm_password: SecretString,
}

/// Sets it.
pub(super) async fn post(mut door: Door, form: Result<PageForm<NewPassword>, FormRefusal>) -> Response {
    let given = match door.posted(form).await {
        Ok(given) => given,
        Err(response) => return *response,
    };
    let token = door.parameter("f").to_owned();
    let (new, confirmed) = (&given.new_password, &given.confirm_password);
    match login::set_password(&door.services, &door.visit, &token, new, confirmed).await {
        Ok(interaction) => match interaction::seal(&door.services, &interaction, &door.visit.browser) {
            Ok(sealed) => door.forget_session(onward(&format!("/login/reset/done?i={sealed}"))),
            Err(error) => door.fault(&Fault::Internal(error.to_string())),
        },
        Err(SetPasswordError::Gone) => door.error(ErrorCode::Expired),
        Err(SetPasswordError::Broken(rules)) => show(door, rules.into_iter().map(shown).collect()).await,
        Err(SetPasswordError::Fault(fault)) => door.fault(&fault),
    }
}

/// A broken rule as pages name it.
pub(crate) fn shown(rule: countersign_core::journey::password_policy::BrokenRule) -> BrokenRule {
    use countersign_core::journey::password_policy::BrokenRule as Rule;
    match rule {
        Rule::TooShort(count) => BrokenRule::TooShort(count.into()),
        Rule::TooLong(count) => BrokenRule::TooLong(count.into()),
        Rule::TooGuessable => BrokenRule::TooGuessable,
        Rule::OwnName => BrokenRule::OwnName,
        Rule::Reused(count) => BrokenRule::Reused(count.into()),
        Rule::Mismatch => BrokenRule::Mismatch,
    }
}

/// Says that it is done.
pub(super) async fn done(mut door: Door) -> Response {
    match door.interaction() {
        Ok(_) => ResetDone { page: door.page.clone() }.into_response(),
        Err(response) => *response,
    }
}

#[derive(Deserialize)]
pub(super) struct Close {}

/// Back to the login page.
pub(super) async fn close(mut door: Door, form: Result<PageForm<Close>, FormRefusal>) -> Response {
    let Close {} = match door.posted(form).await {
        Ok(close) => close,
        Err(response) => return *response,
    };
    match door.interaction() {
        Ok(_) => onward(&door.at("/login/password")),
        Err(response) => *response,
    }
}

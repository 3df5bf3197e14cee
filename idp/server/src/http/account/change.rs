//! What one may change alone: channel, password, sessions.

use axum::response::{IntoResponse as _, Response};
use countersign_core::ids::SessionId;
use countersign_core::journey::steps::Channel;
use countersign_core::secret::SecretString;
use countersign_service::account::{self, ChangeChannelError, ChangePasswordError};
use countersign_service::sessions::Present;
use serde::Deserialize;

use super::show::{Said, own_interaction, page, present};
use crate::http::csrf::PageForm;
use crate::http::login::{Door, onward, shown, step_url};
use crate::http::pages::{ErrorCode, PageError, SignedOut};

#[derive(Deserialize)]
pub(super) struct Wish {
    action: Button,
    session: Option<String>,
    current_password: Option<SecretString>,
    new_password: Option<SecretString>,
    confirm_password: Option<SecretString>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Button {
    UseApp,
    UseEmail,
    RegisterDevice,
    ChangePassword,
    EndSession,
    EndOtherSessions,
    SignOut,
}

/// Does what the page was told.
pub(super) async fn post(door: Door, PageForm(wish): PageForm<Wish>) -> Response {
    let present = match present(&door).await {
        Ok(present) => present,
        Err(response) => return *response,
    };
    match wish.action {
        Button::UseApp | Button::RegisterDevice => change_channel(&door, &present, Channel::App).await,
        Button::UseEmail => change_channel(&door, &present, Channel::Email).await,
        Button::ChangePassword => change_password(&door, &present, wish).await,
        Button::EndSession => end_session(&door, &present, wish.session).await,
        Button::EndOtherSessions => {
            match account::end_other_sessions(&door.services, &door.visit, &present).await {
                Ok(()) => onward("/account?news=others-ended"),
                Err(fault) => door.fault(&fault),
            }
        }
        Button::SignOut => match account::sign_out(&door.services, &door.visit, &present).await {
            Ok(()) => {
                let page = SignedOut { page: door.page.clone(), return_to: None };
                door.forget_session(page.into_response())
            }
            Err(fault) => door.fault(&fault),
        },
    }
}

async fn change_channel(door: &Door, present: &Present, channel: Channel) -> Response {
    let own = own_interaction(door);
    match account::begin_change(&door.services, &door.visit, &own, channel).await {
        Ok(token) => onward(&step_url(token.expose())),
        Err(ChangeChannelError::NoSession) => onward("/account"),
        Err(ChangeChannelError::Unreachable) => door.error(ErrorCode::StrongerFactorNeeded),
        Err(ChangeChannelError::NoEmail) => door.error(ErrorCode::NoEmail),
        Err(ChangeChannelError::MailLimit) => {
            refuse(door, present, PageError::new(ErrorCode::ResendLimit)).await
        }
        Err(ChangeChannelError::Fault(fault)) => door.fault(&fault),
    }
}

async fn refuse(door: &Door, present: &Present, error: PageError) -> Response {
    page(door, present, Said { error: Some(error), ..Said::default() }).await
}

async fn change_password(door: &Door, present: &Present, wish: Wish) -> Response {
    let nothing = || SecretString::new(String::new());
    let current = wish.current_password.unwrap_or_else(nothing);
    let new = wish.new_password.unwrap_or_else(nothing);
    let confirmed = wish.confirm_password.unwrap_or_else(nothing);
    if current.is_empty() {
        return refuse(door, present, PageError::new(ErrorCode::Required).at("current_password")).await;
    }
    match account::change_password(&door.services, &door.visit, present, &current, (&new, &confirmed)).await {
        Ok(()) => onward("/account?news=password-changed"),
        Err(ChangePasswordError::Wrong) => {
            refuse(door, present, PageError::new(ErrorCode::WrongPassword).at("current_password")).await
        }
        Err(ChangePasswordError::Wait { seconds }) => {
            refuse(door, present, PageError::new(ErrorCode::SlowDown).with("seconds", seconds)).await
        }
        Err(ChangePasswordError::Broken(rules)) => {
            let broken = rules.into_iter().map(shown).collect();
            let error = Some(PageError::new(ErrorCode::PasswordPolicy));
            page(door, present, Said { error, broken, news: None }).await
        }
        Err(ChangePasswordError::Fault(fault)) => door.fault(&fault),
    }
}

async fn end_session(door: &Door, present: &Present, id: Option<String>) -> Response {
    let id = SessionId::from_stored(id.unwrap_or_default());
    let own = id == present.session.id;
    match account::end_session(&door.services, &door.visit, present, &id).await {
        Ok(()) if own => door.forget_session(onward("/account")),
        Ok(()) => onward("/account?news=session-ended"),
        Err(fault) => door.fault(&fault),
    }
}

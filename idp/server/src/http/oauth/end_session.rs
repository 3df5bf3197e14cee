//! `GET` and `POST /end_session` (RP-Initiated Logout 1.0 §2).

use std::sync::Arc;

use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use countersign_core::oauth::form::Form;
use countersign_service::Services;
use countersign_service::logout::{self, LogoutRequest, LogoutStep};
use url::form_urlencoded;

use super::answer::{Caller, no_store};
use super::authorize::unreadable;
use crate::http::cookies::{Cookies, Name};
use crate::http::pages::{ConfirmSignOut, ErrorCode, SignedOut};

/// Most bytes of a request.
const MAX_BYTES: usize = 8 * 1024;
/// The parameters that mean something here.
const KNOWN: [&str; 6] =
    ["client_id", "id_token_hint", "logout_hint", "post_logout_redirect_uri", "state", "ui_locales"];

/// An application, or a person, asks to sign out.
pub async fn get(
    State(services): State<Arc<Services>>,
    State(cookies): State<Cookies>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    log_out(&services, cookies, caller, query.unwrap_or_default().as_bytes(), false).await
}

/// Either our own page's form, in which the person confirms, or an application's. The latter comes from another site
/// and so without cookies: the browser takes it to `GET`, and brings them.
pub async fn post(
    State(services): State<Arc<Services>>,
    State(cookies): State<Cookies>,
    caller: Caller,
    RawQuery(query): RawQuery,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let body = match form {
        Ok(RawForm(body)) => body,
        Err(rejection) => return unreadable(caller, rejection),
    };
    let token = form_urlencoded::parse(&body).find(|(name, _)| name == "csrf");
    match token {
        Some((_, token)) if caller.owns(&token) => {
            log_out(&services, cookies, caller, query.unwrap_or_default().as_bytes(), true).await
        }
        Some(_) => caller.page_error(ErrorCode::Csrf),
        None if body.len() > MAX_BYTES => caller.page_error(ErrorCode::TooLarge),
        None => no_store(Redirect::to(&as_query(&body))),
    }
}

fn as_query(body: &[u8]) -> String {
    let known = form_urlencoded::parse(body).filter(|(name, _)| KNOWN.contains(&name.as_ref()));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
    format!("/end_session?{query}")
}

async fn log_out(
    services: &Services,
    cookies: Cookies,
    caller: Caller,
    query: &[u8],
    confirmed: bool,
) -> Response {
    if query.len() > MAX_BYTES {
        return caller.page_error(ErrorCode::TooLarge);
    }
    let Ok(form) = Form::parse(query) else { return caller.page_error(ErrorCode::InvalidRequest) };
    let source = caller.source.to_canonical().to_string();
    let request = LogoutRequest {
        id_token_hint: form.get("id_token_hint"),
        client_id: form.get("client_id"),
        post_logout_redirect_uri: form.get("post_logout_redirect_uri"),
        state: form.get("state"),
        source: Some(&source),
    };
    match logout::log_out(services, request, caller.session(), confirmed).await {
        Ok(LogoutStep::Confirm { user_id }) => {
            let page = caller.page.on_behalf_of(None, form.get("ui_locales"), services.now());
            ConfirmSignOut { page, user_id }.into_response()
        }
        Ok(LogoutStep::Done(back)) => {
            let gone = cookies.clear(Name::Session).to_string();
            let page = caller.page.on_behalf_of(None, form.get("ui_locales"), services.now());
            let mut response = match back {
                Some(location) => no_store(Redirect::to(location.as_str())),
                None => SignedOut { page, return_to: None }.into_response(),
            };
            if let Ok(gone) = HeaderValue::from_str(&gone) {
                response.headers_mut().append(header::SET_COOKIE, gone);
            }
            response
        }
        Err(error) => {
            tracing::error!(%error, "a logout could not be served");
            caller.page_error(ErrorCode::Internal)
        }
    }
}

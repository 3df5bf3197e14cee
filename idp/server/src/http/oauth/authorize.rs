//! `GET` and `POST /authorize` (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).

use std::sync::Arc;

use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use countersign_core::oauth::authorize::parameters::Parameters;
use countersign_core::oauth::authorize::refusal::PageFault;
use countersign_service::Services;
use countersign_service::authorize::{self, Posted};
use url::form_urlencoded;

use super::answer::{Caller, onward};
use crate::http::pages::{ErrorCode, PageContext};

/// A request by a link or a redirect.
pub async fn get(
    State(services): State<Arc<Services>>,
    mut caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    let outcome = match read(query.unwrap_or_default().as_bytes()) {
        Ok(parameters) => {
            caller.page = in_language_of(&services, &parameters, caller.page);
            authorize::begin(&services, &parameters, caller.visit()).await
        }
        Err(fault) => Err(fault.into()),
    };
    caller.outcome(outcome)
}

/// A request by a form. From another site it brings no cookies (SameSite=Lax): it is checked and sealed, and the
/// browser brings it, and its cookies, to `/authorize/resume`.
pub async fn post(
    State(services): State<Arc<Services>>,
    mut caller: Caller,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let body = match form {
        Ok(RawForm(body)) => body,
        Err(rejection) => return unreadable(caller, rejection),
    };
    let parameters = match read(&body) {
        Ok(parameters) => parameters,
        Err(fault) => return caller.error(&fault.into()),
    };
    caller.page = in_language_of(&services, &parameters, caller.page);
    match authorize::begin_posted(&services, &parameters) {
        Ok(Posted::Answer(answer)) => caller.answer(answer),
        Ok(Posted::Resume(sealed)) => onward("/authorize/resume", &sealed),
        Err(error) => caller.error(&error),
    }
}

/// The frame of whatever page answers the request itself, in the language it wishes for.
fn in_language_of(services: &Services, parameters: &Parameters, page: PageContext) -> PageContext {
    page.on_behalf_of(None, parameters.get("ui_locales"), services.now())
}

/// The page for a body that is no form, or more than one.
pub(super) fn unreadable(caller: Caller, rejection: RawFormRejection) -> Response {
    let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
    caller.page_error(if too_large { ErrorCode::TooLarge } else { ErrorCode::InvalidRequest })
}

fn read(encoded: &[u8]) -> Result<Parameters, PageFault> {
    Parameters::read(form_urlencoded::parse(encoded))
}

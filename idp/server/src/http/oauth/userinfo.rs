//! `GET` and `POST /userinfo` (OIDC Core §5.3). Errors as in RFC 6750 §3.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use countersign_service::Services;
use countersign_service::userinfo::userinfo;
use serde_json::json;

use super::machine::{answer, authorization, is_form, note, status};

/// The token in the Authorization header.
pub async fn get(State(services): State<Arc<Services>>, headers: HeaderMap) -> Response {
    respond(&services, bearer(&headers, &Form::default())).await
}

/// The token in the Authorization header, or in the form (RFC 6750 §2.2).
pub async fn post(State(services): State<Arc<Services>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = if is_form(&headers) { Form::parse(&body) } else { Ok(Form::default()) };
    respond(&services, form.and_then(|form| bearer(&headers, &form))).await
}

async fn respond(services: &Services, token: Result<Option<String>, OAuthError>) -> Response {
    match token {
        Ok(Some(token)) => match userinfo(services, &token).await {
            Ok(claims) => answer(&claims),
            Err(error) => refuse(&error),
        },
        Ok(None) => challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"countersign\"", ()),
        Err(error) => refuse(&error),
    }
}

/// RFC 6750 §2: the token comes one way, not two.
fn bearer(headers: &HeaderMap, form: &Form) -> Result<Option<String>, OAuthError> {
    let in_header = authorization(headers)?;
    let in_form = form.get("access_token").map(str::to_owned);
    let Some(credentials) = in_header else { return Ok(in_form) };
    if in_form.is_some() {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "The access token is given more than once."));
    }
    match credentials.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "The Authorization header holds no bearer token."))
        }
    }
}

fn refuse(error: &OAuthError) -> Response {
    note(error);
    let (code, description) = (error.code().as_str(), error.description());
    // The description holds no quotes and no backslashes: OAuthError keeps them out.
    let text = format!("Bearer realm=\"countersign\", error=\"{code}\", error_description=\"{description}\"");
    challenge(status(error), &text, Json(json!({ "error": code, "error_description": description })))
}

fn challenge(status: StatusCode, text: &str, body: impl IntoResponse) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::WWW_AUTHENTICATE, text)];
    (status, headers, body).into_response()
}

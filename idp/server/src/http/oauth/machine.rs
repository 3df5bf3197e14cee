//! What the endpoints for applications share: how a request is read, and how it is answered.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use serde::Serialize;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

/// A form in a request's body, and the credentials in its head.
pub struct Posted {
    /// The form.
    pub form: Form,
    /// The Authorization header.
    pub authorization: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let authorization = authorization(request.headers())?;
        if !is_form(request.headers()) {
            return Err(
                invalid("The request must have the content type application/x-www-form-urlencoded.").into()
            );
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            invalid("The request body cannot be read, or is too long.").because(rejection)
        })?;
        Ok(Self { form: Form::parse(&body)?, authorization })
    }
}

/// The one Authorization header.
pub fn authorization(headers: &HeaderMap) -> Result<Option<String>, OAuthError> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(invalid("There is more than one Authorization header."));
    }
    let text = first.to_str().map_err(|_| invalid("The Authorization header is not text."))?;
    Ok(Some(text.to_owned()))
}

/// Whether the body is a form, whatever parameters its type has.
pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

/// A JSON answer that nobody keeps (RFC 6749 §5.1).
pub fn answer(body: &impl Serialize) -> Response {
    // Room at once for what most answers hold: `Json` alone would ask for more again and again.
    let mut json = Vec::with_capacity(BODY_BYTES);
    if let Err(error) = serde_json::to_writer(&mut json, body) {
        tracing::error!(%error, "an answer is no JSON");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = Response::new(json.into());
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in NOT_KEPT {
        headers.insert(name, value);
    }
    response
}

/// An access token and what stands around it.
const BODY_BYTES: usize = 1000;

/// As many as an answer has, with those that every response has.
const HEADERS: usize = 12;

/// Headers of answers that hold secrets.
const NOT_KEPT: [(HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
];

/// A refusal by an endpoint where clients authenticate (RFC 6749 §5.2).
pub struct Refusal(OAuthError);

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(error) = self;
        note(&error);
        let body = json!({ "error": error.code().as_str(), "error_description": error.description() });
        let mut response = (status(&error), NOT_KEPT, Json(body)).into_response();
        if error.code() == ErrorCode::InvalidClient {
            let challenge = HeaderValue::from_static("Basic realm=\"countersign\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The error's status; 500 if it has none that HTTP knows.
#[must_use]
pub fn status(error: &OAuthError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Tells the log what the client is not told.
pub fn note(error: &OAuthError) {
    let (code, detail) = (error.code().as_str(), error.detail().unwrap_or_default());
    if error.code() == ErrorCode::ServerError {
        tracing::error!(code, detail, "a protocol request failed");
    } else {
        tracing::info!(code, detail, description = error.description(), "a protocol request was refused");
    }
}

/// Lets scripts of any origin call these endpoints, as public clients in browsers must. No cookie is ever read here, so
/// a foreign page gets nothing that its server would not get.
pub async fn allow_origins(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    if preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests;

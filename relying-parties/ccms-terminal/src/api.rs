//! The terminal's own API: *which functions may I use?* A resource server in small (RFC 6750, RFC 9068).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use relying_party_client::{AccessToken, AccessTokenError};
use serde_json::json;

use crate::app::AppState;

/// The scope that carries business user groups.
pub(crate) const SCOPE: &str = "clearing";
const REALM: &str = "ccms-terminal";

/// `GET /api/functions`: the functions the token's business user groups grant.
pub(crate) async fn functions(State(state): State<AppState>, headers: HeaderMap) -> Response {
    match authorise(&state, &headers).await {
        Ok(token) => list(&state, &token),
        Err(error) => refuse(&error),
    }
}

async fn authorise(state: &AppState, headers: &HeaderMap) -> Result<AccessToken, AccessTokenError> {
    state.tokens.verify(bearer(headers)?).await
}

/// The one token of the one `Authorization` header (RFC 6750 §2.1); the other ways of sending it are not offered.
fn bearer(headers: &HeaderMap) -> Result<&str, AccessTokenError> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let credentials = sent.next().ok_or(AccessTokenError::Missing)?;
    if sent.next().is_some() {
        return Err(AccessTokenError::Malformed("more than one Authorization header"));
    }
    let credentials = credentials.to_str().map_err(|_| AccessTokenError::Malformed("not text"))?;
    match credentials.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => {
            let token = token.trim_matches(' ');
            if is_b64token(token) {
                Ok(token)
            } else {
                Err(AccessTokenError::Malformed("not a bearer token"))
            }
        }
        // Credentials of another scheme are none of ours.
        _ => Err(AccessTokenError::Missing),
    }
}

/// RFC 6750 §2.1, `b64token`.
fn is_b64token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}

fn list(state: &AppState, token: &AccessToken) -> Response {
    let groups = token.claims.business_user_groups();
    let functions = state.functions.granted_to(&groups);
    if functions.is_empty() {
        let body = json!({ "error": "no_functions", "error_description": "No business user group of this token grants a function." });
        return (StatusCode::FORBIDDEN, Json(body)).into_response();
    }
    let claims = &token.claims;
    Json(json!({
        "sub": claims.subject(),
        "participant": claims.text("participant"),
        "business_user_groups": groups,
        "functions": functions,
    }))
    .into_response()
}

/// RFC 6750 §3 and §3.1. Who sent no token is told nothing but that one is needed; an invalid token is not told why, since the
/// reason may help a forger: it goes to the log.
fn refuse(error: &AccessTokenError) -> Response {
    tracing::info!(%error, "API request refused");
    match error {
        AccessTokenError::Missing => challenge(StatusCode::UNAUTHORIZED, None),
        AccessTokenError::Malformed(_) => {
            challenge(StatusCode::BAD_REQUEST, Some(("invalid_request", "The credentials are malformed.")))
        }
        AccessTokenError::Invalid(_) => challenge(
            StatusCode::UNAUTHORIZED,
            Some((
                "invalid_token",
                "The access token is expired, revoked, malformed, or not meant for this API.",
            )),
        ),
        AccessTokenError::Scope(_) => {
            challenge(StatusCode::FORBIDDEN, Some(("insufficient_scope", "The scope clearing is needed.")))
        }
        AccessTokenError::Unavailable(_) => {
            let body = json!({ "error": "temporarily_unavailable", "error_description": "Tokens cannot be checked at the moment." });
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], Json(body)).into_response()
        }
    }
}

fn challenge(status: StatusCode, error: Option<(&str, &str)>) -> Response {
    let (value, body) = match error {
        None => (
            format!("Bearer realm=\"{REALM}\""),
            json!({ "error": "unauthorized", "error_description": "A bearer token is needed." }),
        ),
        Some((code, description)) => (
            format!(
                "Bearer realm=\"{REALM}\", error=\"{code}\", error_description=\"{description}\"{}",
                scope_of(code)
            ),
            json!({ "error": code, "error_description": description }),
        ),
    };
    let mut response = (status, Json(body)).into_response();
    let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("Bearer"));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    response
}

fn scope_of(code: &str) -> String {
    if code == "insufficient_scope" { format!(", scope=\"{SCOPE}\"") } else { String::new() }
}

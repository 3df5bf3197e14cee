//! The protocol's endpoints: those that browsers come to, and those that applications call.

pub mod answer;
pub mod authorize;
pub mod consent;
pub mod discovery;
pub mod end_session;
pub mod introspect;
pub mod jwks;
pub mod machine;
pub mod resume;
pub mod revoke;
pub mod token;
pub mod userinfo;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};

use super::state::AppState;

/// Most bytes of a form that a browser brings here.
const MAX_FORM: usize = 32 * 1024;

/// Endpoints that browsers come to.
pub fn pages() -> Router<AppState> {
    Router::new()
        .route("/authorize", get_alone(authorize::get, "GET, POST").post(authorize::post))
        .route("/authorize/resume", get_alone(resume::get, "GET"))
        .route("/login/consent", get_alone(consent::get, "GET, POST").post(consent::post))
        .route("/end_session", get_alone(end_session::get, "GET, POST").post(end_session::post))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

/// GET without its HEAD, which would do all that GET does and lose the answer: what acts must not answer a question
/// (RFC 9110 §9.3.2).
fn get_alone<H: Handler<T, AppState>, T: 'static>(handler: H, allow: &'static str) -> MethodRouter<AppState> {
    get(handler).head(async move || (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allow)]))
}

/// Endpoints that applications call.
pub fn machines() -> Router<AppState> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/.well-known/oauth-authorization-server", get(discovery::get))
        .route("/jwks", get(jwks::get))
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::post))
        .route("/introspect", post(introspect::post))
        .route("/revoke", post(revoke::post))
        .layer(from_fn(machine::allow_origins))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

#[cfg(test)]
mod tests;

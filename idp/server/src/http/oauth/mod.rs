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
use axum::middleware::from_fn;
use axum::routing::{get, post};

use super::state::AppState;

/// Most bytes of a form that a browser brings here.
const MAX_FORM: usize = 32 * 1024;

/// Endpoints that browsers come to.
pub fn pages() -> Router<AppState> {
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/authorize/resume", get(resume::get))
        .route("/login/consent", get(consent::get).post(consent::post))
        .route("/end_session", get(end_session::get).post(end_session::post))
        .layer(DefaultBodyLimit::max(MAX_FORM))
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

//! The protocol's endpoints: those that browsers come to, and those that applications call.

pub mod answer;
pub mod authorize;
pub mod consent;
pub mod end_session;
pub mod resume;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

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

#[cfg(test)]
mod tests;

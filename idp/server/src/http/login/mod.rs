//! `/login/`: the pages of the journey, from the choice of a method to the session.
//!
//! A handler reads a form, asks one use case, and shows a page or sends the browser on. Everything that a stranger
//! carries is in `i` (who waits) and `r` (a reset under way), both sealed; from the first right factor on, `f` names
//! a row. Each is bound to the browser.

mod choose_method;
mod door;
mod password;
mod reset;
mod reset_otp;
mod reset_password;
mod step;

use axum::Router;
use axum::routing::get;

pub(crate) use door::{Door, onward};
pub(crate) use reset_password::shown;
pub(crate) use step::step_url;

use super::state::AppState;

/// The routes.
pub(crate) fn pages() -> Router<AppState> {
    Router::new()
        .route("/login/", get(choose_method::get).post(choose_method::post))
        .route("/login", get(choose_method::get))
        .route("/login/password", get(password::get).post(password::post))
        .route("/login/step", get(step::get).post(step::post))
        .route("/login/reset", get(reset::get).post(reset::post))
        .route("/login/reset/otp", get(reset_otp::get).post(reset_otp::post))
        .route("/login/reset/password", get(reset_password::get).post(reset_password::post))
        .route("/login/reset/done", get(reset_password::done).post(reset_password::close))
}

#[cfg(test)]
mod tests;

//! `/account`: the user's own page.

mod change;
mod show;

use axum::Router;
use axum::routing::get;

use super::state::AppState;

/// The route.
pub(crate) fn pages() -> Router<AppState> {
    Router::new().route("/account", get(show::get).post(change::post))
}

#[cfg(test)]
mod tests;

//! Every route of the issuer, by who speaks to it: people's browsers, or applications' servers.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};

use super::headers::{Https, secure};
use super::pages::{ErrorCode, ErrorPage, PageContext, PageError};
use super::state::AppState;
use super::{account, assets, login, management, oauth, visitor};

/// The whole issuer, ready to be served.
pub fn router(state: AppState) -> Router {
    let https = Https(state.cookies.https);
    let pages = pages().layer(from_fn_with_state(state.visitors(), visitor::introduce));
    let routes = pages.merge(machines()).merge(management::router(&state)).merge(assets::router());
    routes.layer(from_fn_with_state(https, secure)).with_state(state)
}

/// Routes that show pages: each visitor is introduced.
fn pages() -> Router<AppState> {
    Router::new().merge(oauth::pages()).merge(login::pages()).merge(account::pages()).fallback(not_found)
}

/// Routes that applications call: no browser, no cookie, no page.
fn machines() -> Router<AppState> {
    oauth::machines()
}

async fn not_found(context: PageContext) -> Response {
    ErrorPage::new(context, PageError::new(ErrorCode::NotFound)).into_response()
}

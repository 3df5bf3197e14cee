//! The management API, under `/api/v1`. Its contract is `countersign-api`; one file per verb and resource.
//!
//! Every request passes, from the outside in: [`speak`] (problems are worded, nothing is kept), [`gate`] (who calls, and
//! how often), then an endpoint, whose extractors say what it needs: [`caller::Reading`] a scope to look within,
//! [`caller::Acting`] a person, [`caller::SteppedUp`] fresh proof. Cookies are never looked at.

mod activity;
mod approval_code;
mod audit;
mod batches;
mod calendars;
pub mod caller;
mod clients;
pub mod command;
mod content;
mod document;
pub mod etag;
mod fault;
mod forms;
mod gate;
mod groups;
mod keys;
mod me;
mod pages;
pub mod parameters;
mod participants;
mod phases;
mod policies;
mod profiles;
mod rate;
pub mod refusal;
mod requests;
mod speak;
mod spreadsheet;
mod taken;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use countersign_api::BASE_PATH;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::gate::Gate;
use self::refusal::{Kind, Refusal};
use super::state::AppState;

pub use batches::{LONGEST as LONGEST_BATCH, takes_batches};
pub use document::document;
pub use speak::sentence;

/// Every route of the API.
pub fn router(state: &AppState) -> Router<AppState> {
    router_with(state, Router::from(endpoints()))
}

/// The API with these endpoints behind its gate.
fn router_with(state: &AppState, endpoints: Router<AppState>) -> Router<AppState> {
    let gate = Gate::new(Arc::clone(&state.services));
    let guarded = endpoints
        .fallback(async || Refusal::new(Kind::NotFound))
        .method_not_allowed_fallback(async || Refusal::new(Kind::MethodNotAllowed))
        .layer(from_fn_with_state(gate, gate::identify));
    let api = Router::new()
        .route("/openapi.json", get(document::show))
        .method_not_allowed_fallback(async || Refusal::new(Kind::MethodNotAllowed))
        .merge(guarded)
        .layer(from_fn(speak::speak));
    Router::new().nest(BASE_PATH, api)
}

/// The endpoints behind the gate. What is routed here is documented, and nothing else is.
fn endpoints() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(me::show))
        .routes(routes!(profiles::list::list))
        .routes(routes!(profiles::export::export))
        .routes(routes!(profiles::show::show))
        .routes(routes!(participants::list))
        .routes(routes!(participants::progress))
        .routes(routes!(clients::list))
        .routes(routes!(clients::show))
        .routes(routes!(keys::list))
        .routes(routes!(policies::list))
        .routes(routes!(participants::appointments))
        .routes(routes!(phases::list::list))
        .routes(routes!(phases::dry_run::make))
        .routes(routes!(phases::dry_run::list))
        .routes(routes!(phases::report::report))
        .routes(routes!(activity::dormant))
        .routes(routes!(activity::login_activity))
        .routes(routes!(requests::list::list, requests::submit::submit))
        .routes(routes!(requests::submit::validate))
        .routes(routes!(requests::show::show))
        .routes(routes!(requests::subjects::list))
        .routes(routes!(requests::decide::approve))
        .routes(routes!(requests::decide::reject))
        .routes(routes!(requests::adopt::adopt))
        .routes(routes!(requests::decide::withdraw))
        .routes(routes!(requests::on_screen::approve))
        .routes(routes!(requests::secret::show))
        .routes(routes!(batches::submit))
        .routes(routes!(batches::validate))
        .routes(routes!(profiles::suspend::suspend))
        .routes(routes!(approval_code::show))
        .routes(routes!(forms::list, forms::file))
        .routes(routes!(forms::show))
        .routes(routes!(forms::take))
        .routes(routes!(forms::decline))
        .routes(routes!(forms::withdraw))
        .routes(routes!(groups::list))
        .routes(routes!(calendars::show))
        .routes(routes!(audit::list::list))
        .routes(routes!(audit::export::lines))
        .routes(routes!(audit::export::csv))
        .routes(routes!(audit::verify::verify))
        .routes(routes!(audit::show::show))
}

#[cfg(test)]
mod tests;

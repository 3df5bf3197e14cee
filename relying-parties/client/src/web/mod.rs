//! What every application serves alike: the ways in and out, the look, the headers.

mod assets;
mod back_channel;
mod headers;
mod log_in;
mod log_out;
pub mod pages;
mod shell;
pub mod time;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use shell::{Person, Shell};

use crate::RelyingParty;

/// Our forms are small.
const LARGEST_FORM: usize = 64 * 1024;

impl RelyingParty {
    /// The whole application: its own pages, the shared ones, a page for what is not there, and the headers over all of it.
    pub fn application_router(&self, own_pages: Router) -> Router {
        let party = self.clone();
        own_pages
            .merge(self.routes())
            .fallback(move || async move { pages::not_found(&party) })
            .layer(DefaultBodyLimit::max(LARGEST_FORM))
            .layer(axum::middleware::from_fn_with_state(headers::Policy::of(self), headers::add))
    }

    fn routes(&self) -> Router {
        Router::new()
            .route("/login", get(log_in::begin))
            .route("/callback", get(log_in::callback))
            .route("/logout", post(log_out::begin))
            .route("/logged-out", get(log_out::done))
            .route("/backchannel-logout", post(back_channel::receive))
            .route("/healthz", get(|| async { "ok\n" }))
            .merge(assets::routes(self.application().theme))
            .with_state(self.clone())
    }
}

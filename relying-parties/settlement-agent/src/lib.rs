//! A settlement agent's own system: a third party that logs its people in through Countersign.
//!
//! It proves itself by a signed assertion instead of a shared secret, needs the person's consent, and shows plainly what it was
//! told.

mod actions;
mod app;
mod config;
mod pages;

use std::future::Future;

use relying_party_client::{RelyingParty, ServeError, serve_until};
use tokio::net::TcpListener;

pub use config::Config;

/// Serves the application on `listener` until `shutdown`. The issuer may start later.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let party = RelyingParty::new(config.oidc, app::APPLICATION)?;
    serve_until(&party, app::router(&party), listener, shutdown).await
}

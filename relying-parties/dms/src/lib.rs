//! DMS: where Delegated Administrators maintain the users of their participant.
//!
//! It greets whoever holds DA rights with the menu those rights open, and tells everybody else politely which rights are needed.
//! The maintaining itself happens in the admin console, to which the menu leads.

mod app;
mod config;
mod menu;
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
    let party = RelyingParty::new(config.oidc.clone(), app::APPLICATION)?;
    serve_until(&party, app::router(&party, &config), listener, shutdown).await
}

//! CCMS Terminal: where business users do clearing work.
//!
//! It shows the functions that the business user groups in the claims grant, and offers the same list as an API of its own to
//! holders of an access token.

mod app;
mod config;

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

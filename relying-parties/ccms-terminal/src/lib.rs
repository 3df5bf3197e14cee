//! CCMS Terminal: where business users do clearing work.
//!
//! It shows the functions that the business user groups in the claims grant, and offers the same list as an API of its own to
//! holders of an access token.

mod api;
mod app;
mod config;
mod functions;
mod pages;

use std::future::Future;

use relying_party_client::{RelyingParty, ServeError, serve_until};
use tokio::net::TcpListener;

pub use config::Config;
pub use functions::{Function, FunctionTable, Granted, Group, TableError};

/// Serves the application on `listener` until `shutdown`. The issuer may start later.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let party = RelyingParty::new(config.oidc, app::APPLICATION)?;
    let functions = FunctionTable::shipped().map_err(|error| ServeError::Data(error.to_string()))?;
    serve_until(&party, app::router(&party, functions), listener, shutdown).await
}

//! Running an application as a process of its own.

use std::future::Future;
use std::path::PathBuf;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;

/// Reads an application's configuration: the TOML file, then environment variables `<PREFIX>_…` over it, where two
/// underscores separate tables (`DMS_OIDC__CLIENT_ID`).
pub fn load_config<T: DeserializeOwned>(prefix: &str, file: Option<PathBuf>) -> anyhow::Result<T> {
    let mut figment = Figment::new();
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    let environment = Env::prefixed(&format!("{prefix}_")).ignore(&["config", "listen"]).split("__");
    figment.merge(environment).extract().context("configuration")
}

/// The whole of an application's `main`: `<PREFIX>_CONFIG` (or the first argument) names the TOML file, `<PREFIX>_LISTEN` the
/// address to listen on; ends on Ctrl-C or SIGTERM.
pub async fn run<T, S, F>(prefix: &str, default_address: &str, serve: S) -> anyhow::Result<()>
where
    T: DeserializeOwned,
    S: FnOnce(T, TcpListener, std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
    F: Future<Output = Result<(), crate::ServeError>>,
{
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .init();
    let file = std::env::args_os().nth(1).or_else(|| std::env::var_os(format!("{prefix}_CONFIG")));
    let config = load_config(prefix, file.map(PathBuf::from))?;
    let address = std::env::var(format!("{prefix}_LISTEN")).unwrap_or_else(|_| default_address.to_owned());
    let listener = TcpListener::bind(&address).await.with_context(|| format!("listening on {address}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    serve(config, listener, Box::pin(asked_to_stop())).await.map_err(Into::into)
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

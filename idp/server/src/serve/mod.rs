//! Serving: what every request passes before it reaches an endpoint, whatever the endpoint is.
//!
//! From the outside in: a cap on connections, TLS, limits on time and size of a request's head (`connection`), then
//! the client's true address (`client`), a request id, log line, metrics and a time limit (`observe`), and a limit on
//! the body. A panic ends one request, not the process. `health` answers orchestrators, `shutdown` ends it all in order.

mod client;
mod connection;
mod health;
mod observe;
mod refusal;
mod shutdown;
mod tls;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::{LimitSettings, Network, Tls};

pub use client::ClientAddress;
pub use health::{ReadyCheck, ready_check};
pub use shutdown::Shutdown;

/// What is served, and what it is served with.
pub struct Application {
    /// The endpoints.
    pub router: Router,
    /// Whether this node can do its work, for `/readyz`.
    pub ready: ReadyCheck,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
}

/// How it is served.
#[derive(Clone, Debug)]
pub struct Serving {
    /// TLS in this process, if any.
    pub tls: Option<Tls>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may read `/metrics`.
    pub metrics_for: Vec<Network>,
    /// What one client may take.
    pub limits: LimitSettings,
}

impl Serving {
    /// As the configuration says.
    #[must_use]
    pub fn of(config: &crate::config::Config) -> Self {
        Self {
            tls: config.tls.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            metrics_for: config.metrics.allow.clone(),
            limits: config.limits.clone(),
        }
    }
}

/// Serves `application` on `listener` until `shutdown`, then lets requests under way finish within the drain limit.
pub async fn serve(
    listener: TcpListener,
    application: Application,
    serving: &Serving,
    shutdown: Shutdown,
) -> io::Result<()> {
    let draining = Arc::new(AtomicBool::new(false));
    let router = assemble(application, serving, &draining);
    let handle = Handle::new();
    tokio::spawn(drain_on(shutdown, draining, handle.clone(), serving.limits.drain_seconds));
    connection::serve(listener, router, serving, handle).await
}

/// The endpoints with everything around them.
fn assemble(application: Application, serving: &Serving, draining: &Arc<AtomicBool>) -> Router {
    let observer = observe::Observer::new(serving);
    let operations = health::router(application.ready, Arc::clone(draining))
        .merge(crate::metrics::router(application.metrics, serving.metrics_for.clone()));
    observe::around(application.router.merge(operations), observer)
}

async fn drain_on(
    shutdown: Shutdown,
    draining: Arc<AtomicBool>,
    handle: Handle<SocketAddr>,
    drain_seconds: u32,
) {
    shutdown.requested().await;
    draining.store(true, Ordering::Release);
    tracing::info!(drain_seconds, connections = handle.connection_count(), "shutting down");
    handle.graceful_shutdown(Some(Duration::from_secs(drain_seconds.into())));
}

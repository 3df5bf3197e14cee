//! What is measured, and who may see it.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::config::Network;
use crate::serve::ClientAddress;

/// Seconds from a request's head to its answer's, by method, route and status.
pub const REQUEST_SECONDS: &str = "countersign_http_request_duration_seconds";

/// Passwords being hashed or waiting for it.
pub const PASSWORD_POOL_DEPTH: &str = "countersign_password_pool_depth";

/// Audit records that wait for their seal.
pub const AUDIT_UNSEALED: &str = "countersign_audit_unsealed";

/// Operators who may use their profiles.
pub const OPERATORS: &str = "countersign_operators";

/// Attempts to send mail, by outcome.
pub const MAILS: &str = "countersign_mails_total";

/// Bounds of the latency histograms, in seconds.
const LATENCIES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Installs the process's recorder. What is measured before is lost, so this comes first.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    describe();
    Ok(handle)
}

/// A recorder that nothing reports to, for servers inside tests.
pub fn detached() -> Result<PrometheusHandle, BuildError> {
    Ok(builder()?.build_recorder().handle())
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)
}

fn describe() {
    metrics::describe_histogram!(
        REQUEST_SECONDS,
        metrics::Unit::Seconds,
        "Time to answer a request, by method, route and status."
    );
    metrics::describe_counter!(
        countersign_service::event::LOGIN_EVENTS,
        "What happened in logins, by outcome and, where there is one, method or reason."
    );
    metrics::describe_counter!("countersign_tokens_total", "Token requests, by grant and outcome.");
    metrics::describe_gauge!(PASSWORD_POOL_DEPTH, "Passwords being hashed or waiting for it.");
    metrics::describe_gauge!(AUDIT_UNSEALED, "Audit records that wait for their seal.");
    metrics::describe_gauge!(OPERATORS, "Operators who may use their profiles: three or more are wanted.");
    metrics::describe_gauge!(
        countersign_service::policies::POLICIES_LEFT_OUT,
        "Values that requests gave policies and that do not fit: none is wanted."
    );
    metrics::describe_counter!(MAILS, "Attempts to send mail, by outcome.");
    metrics::describe_counter!(
        "countersign_connections_refused_total",
        "Connections closed because there were too many."
    );
}

#[derive(Clone)]
struct Exposition {
    handle: PrometheusHandle,
    allow: Vec<Network>,
}

/// `/metrics`, for those it is meant for.
pub(crate) fn router(handle: PrometheusHandle, allow: Vec<Network>) -> Router {
    Router::new().route("/metrics", get(expose)).with_state(Exposition { handle, allow })
}

async fn expose(client: ClientAddress, State(exposition): State<Exposition>) -> Response {
    if !exposition.allow.iter().any(|network| network.contains(client.0)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, exposition.handle.render()).into_response()
}

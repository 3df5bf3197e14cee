//! Two questions of an orchestrator: is the process alive, and can it do its work?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

/// Answers whether this node can do its work, or why not. The reason is logged, not shown.
pub type ReadyCheck = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Makes a [`ReadyCheck`] of an async closure.
pub fn ready_check<F>(check: impl Fn() -> F + Send + Sync + 'static) -> ReadyCheck
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    Arc::new(move || Box::pin(check()))
}

/// `/healthz`, without touching anything, and `/readyz`.
pub(super) fn router(ready: ReadyCheck, draining: Arc<AtomicBool>) -> Router {
    let readiness = move || {
        let (ready, draining) = (Arc::clone(&ready), Arc::clone(&draining));
        async move { readiness(&ready, &draining).await }
    };
    Router::new()
        .route("/healthz", get(async || answer(StatusCode::OK, "ok")))
        .route("/readyz", get(readiness))
}

async fn readiness(ready: &ReadyCheck, draining: &AtomicBool) -> impl IntoResponse + use<> {
    if draining.load(Ordering::Acquire) {
        return answer(StatusCode::SERVICE_UNAVAILABLE, "draining");
    }
    match ready().await {
        Ok(()) => answer(StatusCode::OK, "ready"),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            answer(StatusCode::SERVICE_UNAVAILABLE, "not ready")
        }
    }
}

fn answer(status: StatusCode, word: &'static str) -> impl IntoResponse + use<> {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": word })))
}

//! The stylesheets: one base for all, one small theme per application.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const BASE: &str = include_str!("../../assets/base.css");
const CACHE: &str = "public, max-age=3600";

pub(super) fn routes<S: Clone + Send + Sync + 'static>(theme: &'static str) -> Router<S> {
    Router::new()
        .route("/assets/base.css", get(|| async { css(BASE) }))
        .route("/assets/theme.css", get(move || async move { css(theme) }))
}

fn css(text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, CACHE)], text)
}

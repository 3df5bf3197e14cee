//! Answers that no endpoint gave: a panic, a time limit. They say nothing of what happened inside.

use std::any::Any;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// Marks the answer to a request whose endpoint panicked, until [`dressed`] has given it a body.
#[derive(Clone, Copy)]
pub(super) struct Panicked;

/// For tower-http's panic layer. What the panic said stays in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("(no message)"), "an endpoint panicked");
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked);
    response
}

/// A refusal in the form the client reads: a page for browsers, JSON for everyone else.
pub(super) fn refusal(wants_page: bool, status: StatusCode, error: &str, request_id: &str) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if wants_page {
        return (status, headers, Html(page(error, request_id))).into_response();
    }
    let body = json!({ "error": error, "request_id": request_id }).to_string();
    (status, headers, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}

/// Whether the client is a browser that shows a page.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn page(error: &str, request_id: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Something went wrong</title></head>\n\
         <body>\n<main data-step=\"error\">\n<h1>Something went wrong</h1>\n\
         <p role=\"alert\" data-error=\"{error}\">The request could not be completed. Please try again later.</p>\n\
         <p>Reference: {request_id}</p>\n</main>\n</body>\n</html>\n"
    )
}

//! The page for people and the JSON for scripts.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

use crate::mailbox::{Mailbox, Message};

/// Mail is shown as it came: nothing in it may run, load or frame anything.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; \
         base-uri 'none'; form-action 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub(crate) fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/messages/{id}", get(view))
        .route("/style.css", get(style))
        .route("/api/messages", get(messages).delete(clear))
        .with_state(mailbox)
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    messages: Vec<Message>,
    to: Option<String>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct View {
    message: Message,
}

async fn list(State(mailbox): State<Arc<Mailbox>>, Query(filter): Query<Filter>) -> Response {
    let messages = mailbox.messages(filter.to.as_deref());
    page(&List { messages, to: filter.to })
}

async fn view(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<u64>) -> Response {
    match mailbox.message(id) {
        Some(message) => page(&View { message }),
        None => (StatusCode::NOT_FOUND, "No such message.").into_response(),
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../templates/style.css"))
}

async fn messages(State(mailbox): State<Arc<Mailbox>>, Query(filter): Query<Filter>) -> impl IntoResponse {
    (HEADERS, Json(mailbox.messages(filter.to.as_deref())))
}

async fn clear(State(mailbox): State<Arc<Mailbox>>) -> StatusCode {
    mailbox.clear();
    StatusCode::NO_CONTENT
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (HEADERS, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the mail catcher could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

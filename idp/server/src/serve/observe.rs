//! What is known of every request: an id, a log line, a measurement; and how long it may take.
//!
//! The log says method, route, status, duration, client and id. Never a query string, a header or a body: those of
//! `/authorize`, `/login` and `/token` carry what must not be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http_body_util::Limited;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::Serving;
use super::client::{ClientAddress, Peer};
use super::refusal::{Panicked, panicked, refusal, wants_page};
use crate::config::Network;
use crate::http::management;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Watches requests.
pub(super) struct Observer {
    trusted_proxies: Vec<Network>,
    time_limit: Duration,
    body_bytes: usize,
    ids: RequestIds,
}

impl Observer {
    pub(super) fn new(serving: &Serving) -> Arc<Self> {
        Arc::new(Self {
            trusted_proxies: serving.trusted_proxies.clone(),
            time_limit: Duration::from_secs(serving.limits.request_seconds.into()),
            body_bytes: usize::try_from(serving.limits.body_bytes).unwrap_or(usize::MAX),
            ids: RequestIds::new(),
        })
    }
}

/// `router` with everything that surrounds an endpoint.
pub(super) fn around(router: Router, observer: Arc<Observer>) -> Router {
    router.layer(CatchPanicLayer::custom(panicked)).layer(from_fn_with_state(observer, observe))
}

/// `request`, if its body is not longer than it may be. One that does not say how long it is, is cut off where it is
/// read. Batches have a limit of their own.
fn of_fair_length(request: Request, most: usize) -> Result<Request, Box<Response>> {
    let most = if management::takes_batches(request.uri().path()) {
        most.max(management::LONGEST_BATCH)
    } else {
        most
    };
    // As the protocol frames it, so that no more than this can follow; what a header says is not asked.
    match request.body().size_hint().upper() {
        Some(length) if usize::try_from(length).is_ok_and(|length| length <= most) => Ok(request),
        Some(_) => Err(Box::new((StatusCode::PAYLOAD_TOO_LARGE, "length limit exceeded").into_response())),
        None => Ok(request.map(|body| Body::new(Limited::new(body, most)))),
    }
}

async fn observe(State(observer): State<Arc<Observer>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = observer.ids.next();
    let client = client(&observer, &request);
    let (method, route) = (known_method(request.method()), route(&request));
    let page = wants_page(request.headers());
    let span = tracing::info_span!("request", request_id = %id, method, route = %route);
    let named = HeaderValue::from_str(&id).ok();
    if let Some(value) = named.clone() {
        // Whatever the client sent under this name is replaced: an id in our logs is ours.
        request.headers_mut().insert(REQUEST_ID, value);
    }
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }

    let answering = async {
        match of_fair_length(request, observer.body_bytes) {
            Ok(request) => next.run(request).instrument(span.clone()).await,
            Err(response) => *response,
        }
    };
    let mut response = match tokio::time::timeout(observer.time_limit, answering).await {
        Ok(response) if response.extensions().get::<Panicked>().is_some() => {
            refusal(page, StatusCode::INTERNAL_SERVER_ERROR, "server_error", &id)
        }
        Ok(response) => response,
        Err(_) => refusal(page, StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", &id),
    };

    if let Some(value) = named {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    report(&span, started.elapsed(), method, &route, response.status(), client);
    response
}

fn client(observer: &Observer, request: &Request) -> Option<ClientAddress> {
    let peer = request.extensions().get::<Peer>()?;
    Some(ClientAddress::find(peer.0.ip(), request.headers(), &observer.trusted_proxies))
}

fn report(
    span: &tracing::Span,
    took: Duration,
    method: &'static str,
    route: &str,
    status: StatusCode,
    client: Option<ClientAddress>,
) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let client = client.map(|client| tracing::field::display(client.0));
    span.in_scope(|| tracing::info!(status = status.as_u16(), duration_ms, client, "answered"));
    metrics::histogram!(
        crate::metrics::REQUEST_SECONDS,
        "method" => method, "route" => route.to_owned(), "status" => status.as_u16().to_string()
    )
    .record(took.as_secs_f64());
}

/// The route as it was declared; what was asked for is the client's text and belongs neither in a log nor in a label.
fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned()
}

fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

/// Request ids: unique, not secret. The process and a count.
struct RequestIds {
    process: u64,
    count: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        // The hasher's keys differ from process to process; an id needs no more chance than that.
        use std::hash::{BuildHasher as _, Hasher as _};
        let process = std::hash::RandomState::new().build_hasher().finish();
        Self { process, count: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{:012x}-{count:06x}", self.process & 0xffff_ffff_ffff)
    }
}

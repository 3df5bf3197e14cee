//! Headers over every answer: no script at all, no framing, nothing kept in caches.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::RelyingParty;

/// The headers of one application.
#[derive(Clone)]
pub(super) struct Policy {
    content_security: HeaderValue,
    https: bool,
}

impl Policy {
    pub(super) fn of(party: &RelyingParty) -> Self {
        // The logout form is answered with a redirect to the issuer, which browsers hold against `form-action` too.
        let issuer =
            party.config().issuer_url().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {issuer}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let strictest = HeaderValue::from_static("default-src 'none'");
        Self {
            content_security: HeaderValue::from_str(&policy).unwrap_or(strictest),
            https: party.config().is_https(),
        }
    }
}

pub(super) async fn add(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.content_security);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if policy.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

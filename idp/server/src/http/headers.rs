//! Headers that keep browsers from doing more than a page asks for.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Which part of the house a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A step on the way to an application.
    ///
    /// Its forms may lead anywhere: Chromium applies `form-action` to every redirect after a form's POST, and the
    /// last form of a login is answered by a redirect to the application, which may well redirect on to a host
    /// that nobody registered. Naming the origin of `redirect_uri` would therefore break applications that we
    /// cannot know, and a custom scheme has no origin at all. What the directive would have stopped, an injected
    /// form, needs markup in a page whose every value is escaped; `base-uri` and `script-src` stand regardless.
    ///
    /// Nor is its opener cut off: applications that log in in a pop-up window wait for it there.
    Journey,
    /// The user's own pages, which nothing else needs to reach.
    Own,
}

/// The headers that every page sends: a policy with its own stylesheet and images, scripts by nonce, no inline code,
/// no framing (CSP level 3), and nothing kept by anyone.
#[must_use]
pub fn of_page(nonce: &str, part: Part) -> Vec<(HeaderName, HeaderValue)> {
    let form_action = match part {
        Part::Own => "; form-action 'self'",
        Part::Journey => "",
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'{form_action}"
    );
    let mut headers = vec![
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).unwrap_or(NOTHING)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    if part == Part::Own {
        headers.push((COOP, HeaderValue::from_static("same-origin")));
    }
    headers
}

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The policy of everything that is not a page.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Whether the issuer is reached over https, for [`secure`].
#[derive(Clone, Copy, Debug)]
pub struct Https(pub bool);

/// The layer for every route: sets what a handler has not set itself. Use it with
/// `axum::middleware::from_fn_with_state(Https(…), secure)`.
pub async fn secure(State(Https(https)): State<Https>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE {
        headers.entry(name).or_insert(value);
    }
    if https {
        // Two years (RFC 6797 §6.1). Subdomains are not ours to decide.
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=63072000"));
    }
    response
}

const EVERYWHERE: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, NOTHING),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Addresses of the journey carry sealed state: they are nobody's to read. The origin alone may be known, or
    // browsers would send `Origin: null` with the form of `response_mode=form_post`.
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), \
             publickey-credentials-create=(self)",
        ),
    ),
];

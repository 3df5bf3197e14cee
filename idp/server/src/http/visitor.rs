//! Who is at the other end of a page: a browser, a language, a nonce. No account is known here.
//!
//! [`introduce`] is a layer over every route that shows pages. It finds or draws the browser's id, settles the
//! language, draws the nonce of the response, and leaves all of it in the request for the extractors
//! [`Browser`], [`PageContext`](super::pages::PageContext) and [`PageForm`](super::csrf::PageForm).

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::secret::{OpaqueToken, SecretString, TokenPrefix};
use countersign_core::{Clock, Entropy, EntropyExt as _};

use super::cookies::{Cookies, Name};
use super::locale::{Choice, Locale, Wishes};

/// What the layer needs of the application.
#[derive(Clone)]
pub struct Visitors {
    /// Names and attributes of cookies.
    pub cookies: Cookies,
    /// Dates a choice of language.
    pub clock: Arc<dyn Clock>,
    /// Draws browser ids and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The CSRF token of a browser id: a hash keyed with the master key.
    pub csrf: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

impl fmt::Debug for Visitors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitors").field("cookies", &self.cookies).finish_non_exhaustive()
    }
}

/// The browser's random id, `cs_browser`. What is begun in one browser is bound to it.
#[derive(Clone)]
pub struct Browser(Arc<str>);

impl Browser {
    /// The id. It is a secret between the browser and the server.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Browser(…)")
    }
}

/// What [`introduce`] learnt of one request.
#[derive(Clone)]
pub struct Visitor {
    /// The browser.
    pub browser: Browser,
    /// Its languages.
    pub wishes: Wishes,
    /// The nonce of this response's scripts (CSP level 3 §2.3.1).
    pub nonce: Arc<str>,
    /// The token that a form of this browser must carry.
    pub csrf: SecretString,
    /// The page's own query, without `lang`.
    pub query: Arc<str>,
    /// The id under which this request is logged.
    pub request_id: Option<Arc<str>>,
}

/// The query carries the login under way, the nonce lets scripts run: neither prints, nor does the token.
impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor")
            .field("browser", &self.browser)
            .field("wishes", &self.wishes)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// The layer. Use it with `axum::middleware::from_fn_with_state(visitors, introduce)`.
pub async fn introduce(State(visitors): State<Visitors>, mut request: Request, next: Next) -> Response {
    let (visitor, cookies) = visitors.meet(request.method(), request.uri(), request.headers());
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

impl Visitors {
    /// The visitor of a request, and the cookies to set.
    pub(super) fn meet(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> (Visitor, Vec<Cookie<'static>>) {
        let jar = CookieJar::from_headers(headers);
        let mut cookies = Vec::new();

        let known = self.cookies.read(&jar, Name::Browser).filter(|id| is_browser_id(id));
        let browser = known.unwrap_or_else(|| {
            let id = OpaqueToken::generate(TokenPrefix::Browser, &*self.entropy).expose().to_owned();
            // A form posted from another site comes without Lax cookies. Setting a fresh id in its answer would
            // replace the one the browser has and break every login under way there.
            if method.is_safe() {
                cookies.push(self.cookies.set(Name::Browser, id.clone()));
            }
            id
        });

        let clicked = uri.query().and_then(clicked_language);
        let choice = match clicked {
            Some(locale) => {
                let choice = Choice { locale, at: self.clock.now() };
                cookies.push(self.cookies.set(Name::Locale, choice.to_cookie()));
                Some(choice)
            }
            None => self.cookies.read(&jar, Name::Locale).and_then(|value| Choice::from_cookie(&value)),
        };
        let accepted = text(headers, header::ACCEPT_LANGUAGE.as_str()).and_then(Locale::from_accept_language);

        let visitor = Visitor {
            wishes: Wishes { choice, accepted },
            nonce: URL_SAFE_NO_PAD.encode(self.entropy.bytes::<18>()).into(),
            csrf: SecretString::new((self.csrf)(&browser)),
            query: without_language(uri).into(),
            request_id: text(headers, "x-request-id").map(Arc::from),
            browser: Browser(browser.into()),
        };
        (visitor, cookies)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a page is served outside the `introduce` layer");
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Visitor::from_request_parts(parts, state).await?.browser)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a cookie's value has the form of the ids drawn here; others may be too short to be unguessable.
fn is_browser_id(id: &str) -> bool {
    let random = id.strip_prefix(TokenPrefix::Browser.as_str()).and_then(|rest| rest.strip_prefix('_'));
    random.is_some_and(|text| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32))
}

fn clicked_language(query: &str) -> Option<Locale> {
    query.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(Locale::from_tag)
}

/// The query of an address without its `lang`, so that the language switch can add another. The path stays out:
/// a link of a query alone stays on its page, while one that repeats `//elsewhere/` from the path would leave it.
fn without_language(uri: &Uri) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = pairs.filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    kept.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_looks_like_another_host_is_not_repeated() {
        let kept = |address: &str| without_language(&address.parse().unwrap());
        assert_eq!(kept("//evil.example/?i=1&lang=en"), "i=1");
        assert_eq!(kept("/login/?lang=en&i=a%2Fb&f=c"), "i=a%2Fb&f=c");
        assert_eq!(kept("/login/"), "");
    }
}

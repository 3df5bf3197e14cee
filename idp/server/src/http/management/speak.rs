//! The outermost layer: a refusal gets its words, in the caller's language, and nobody keeps an answer.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use countersign_api::problem::{CONTENT_TYPE, Finding, Problem};
use countersign_service::directory::import::What;

use super::refusal::{Fault, Flaw, Refusal};
use crate::http::locale::Locale;
use crate::http::pages::Texts;

/// Words refusals, and forbids to keep what is answered.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let locale = accepted(request.headers());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        word(&mut response, &refusal, locale);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn word(response: &mut Response, refusal: &Refusal, locale: Locale) {
    // A problem is text and numbers: it always serialises.
    let body = serde_json::to_vec(&problem(refusal, Texts(locale))).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
}

fn problem(refusal: &Refusal, texts: Texts) -> Problem {
    let name = refusal.kind.name();
    Problem {
        kind: Problem::type_of(name),
        title: texts.get(&format!("problem-{name}-title")),
        status: refusal.kind.status().as_u16(),
        detail: Some(texts.get(&format!("problem-{name}"))),
        findings: refusal.flaws.iter().map(|flaw| finding(flaw, texts)).collect(),
    }
}

/// A finding in words.
pub(super) fn finding(flaw: &Flaw, texts: Texts) -> Finding {
    Finding {
        field: flaw.field.clone(),
        code: flaw.fault.code().to_owned(),
        message: said(&flaw.fault, texts),
        warning: flaw.fault.is_warning(),
    }
}

/// What there is to say, in words.
pub(super) fn said(fault: &Fault, texts: Texts) -> String {
    texts.with(&fault.key(), &fault.args())
}

/// What there is to say of an imported list, in English: the command line speaks no other language.
#[must_use]
pub fn sentence(what: &What) -> String {
    let fault = match what {
        What::Form(fault) => (*fault).into(),
        What::Found(code) => Fault::Found(code.clone()),
    };
    said(&fault, Texts(Locale::English))
}

/// The language of the caller, for answers that hold words.
pub(super) struct Speaking(pub(super) Texts);

impl<S: Send + Sync> FromRequestParts<S> for Speaking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Texts(accepted(&parts.headers))))
    }
}

fn accepted(headers: &HeaderMap) -> Locale {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Locale::from_accept_language).unwrap_or_default()
}

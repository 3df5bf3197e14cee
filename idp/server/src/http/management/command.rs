//! What a POST brings: a person with a right, what they want, and a key under which it is done once.
//!
//! The use case claims the key in the transaction of its effect (`countersign_service::idempotency`). Here the key is
//! required, a second request beside the first is turned away, and the answer is given again.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_api::IDEMPOTENCY_KEY;
use countersign_service::directory::caller::Caller;
use countersign_service::idempotency::{Attempt, Claim, IdempotencyError, NotFirst, StoredAnswer};
use serde::de::DeserializeOwned;

use super::caller::Acting;
use super::etag::etag;
use super::refusal::{Kind, Refusal};
use super::{caller, content};

/// A request that changes something.
pub struct Command<T> {
    /// Who.
    pub acting: Acting,
    /// What.
    pub content: T,
    /// Under which key.
    pub attempt: UnderWay,
}

/// An attempt, which no second request may make beside this one as long as this lives.
pub struct UnderWay {
    attempt: Attempt,
    attempts: Attempts,
}

/// The attempts under way at this node. Across nodes the database makes the second wait for the first.
#[derive(Clone, Default)]
pub(super) struct Attempts(Arc<Mutex<HashSet<String>>>);

impl Attempts {
    fn begin(&self, attempt: Attempt) -> Result<UnderWay, Refusal> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.insert(attempt.key().to_owned()) {
            Ok(UnderWay { attempt, attempts: self.clone() })
        } else {
            Err(Refusal::new(Kind::IdempotencyKeyUnderWay))
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner).remove(self.attempt.key());
    }
}

impl Deref for UnderWay {
    type Target = Attempt;

    fn deref(&self) -> &Attempt {
        &self.attempt
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Command<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let came = Came::with(&mut parts, state).await?;
        let text = content::text(&parts.headers, body).await?;
        came.asking(&parts, &text, content::read(&text)?)
    }
}

/// Who came with a command, and under which key, before what they bring is read.
pub(super) struct Came {
    acting: Acting,
    caller: Caller,
    key: String,
}

impl Came {
    /// Who came with a request of these parts.
    pub(super) async fn with<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let acting = Acting::from_request_parts(parts, state).await?;
        Ok(Self { acting, caller: caller::known(parts)?, key: key(&parts.headers)? })
    }

    /// What they want, which was read from `text`.
    pub(super) fn asking<T>(self, parts: &Parts, text: &str, content: T) -> Result<Command<T>, Refusal> {
        let attempts = parts.extensions.get::<Attempts>().cloned().unwrap_or_default();
        let built_on = parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
        let built_on = String::from_utf8_lossy(built_on);
        let asked = format!("{} {}\n{built_on}\n{text}", parts.method, parts.uri);
        let attempt = attempts.begin(Attempt::new(&self.caller.key(), &self.key, &asked))?;
        Ok(Command { acting: self.acting, content, attempt })
    }
}

/// 1 to 255 visible characters, with or without the quotes of a structured field
/// (draft-ietf-httpapi-idempotency-key-header).
fn key(headers: &HeaderMap) -> Result<String, Refusal> {
    let missing = || Refusal::new(Kind::IdempotencyKeyMissing);
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (first, second) = (given.next(), given.next());
    let text =
        first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let sound = (1..=255).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic());
    if sound { Ok(bare.to_owned()) } else { Err(missing()) }
}

/// What stands in the way of an attempt that was claimed; nothing, for the first.
#[must_use]
pub fn claimed(claim: Claim) -> Option<Result<StoredAnswer, Refusal>> {
    match claim {
        Claim::Fresh => None,
        Claim::Repeated(answer) => Some(Ok(answer)),
        Claim::OtherRequest => Some(Err(Refusal::new(Kind::IdempotencyKeyReused))),
        Claim::UnderWay => Some(Err(Refusal::new(Kind::IdempotencyKeyUnderWay))),
    }
}

/// What is answered to what was done once under its key.
pub(super) fn done_once(done: Result<Result<StoredAnswer, Claim>, Refusal>) -> Result<Response, Refusal> {
    match done? {
        Ok(answer) => Ok(answered(answer)),
        Err(claim) => not_first(NotFirst::Claimed(Box::new(claim))),
    }
}

/// What is answered to an attempt that is not the first under its key.
pub fn not_first(error: NotFirst) -> Result<Response, Refusal> {
    match error {
        NotFirst::Failed(error) => Err(error.into()),
        NotFirst::Claimed(claim) => match claimed(*claim) {
            Some(former) => former.map(answered),
            None => Err(Refusal::new(Kind::IdempotencyKeyUnderWay)),
        },
    }
}

impl From<IdempotencyError> for Refusal {
    fn from(error: IdempotencyError) -> Self {
        Self::internal(&error)
    }
}

/// An answer, as it was given the first time.
#[must_use]
pub fn answered(answer: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if answer.body.is_null() {
        status.into_response()
    } else {
        (status, Json(answer.body)).into_response()
    };
    if let Some(version) = answer.version {
        response.headers_mut().insert(header::ETAG, etag(version));
    }
    if let Some(tag) = answer.etag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

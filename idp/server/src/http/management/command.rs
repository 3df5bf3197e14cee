//! What a POST brings: a person with a right, what they want, and a key under which it is done once.
//!
//! The use case claims the key in the transaction of its effect (`countersign_service::idempotency`). Here the key is
//! required, a second request beside the first is turned away, and the answer is given again.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_api::IDEMPOTENCY_KEY;
use countersign_service::directory::caller::Caller;
use countersign_service::idempotency::{Attempt, Claim, IdempotencyError, StoredAnswer};
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
        let acting = Acting::from_request_parts(&mut parts, state).await?;
        let key = key(&parts.headers)?;
        let caller: Caller = caller::known(&parts)?;
        let text = content::text(&parts.headers, body).await?;
        let content = content::read(&text)?;
        let attempts = parts.extensions.get::<Attempts>().cloned().unwrap_or_default();
        let built_on = parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
        let built_on = String::from_utf8_lossy(built_on);
        let asked = format!("{} {}\n{built_on}\n{text}", parts.method, parts.uri);
        let attempt = attempts.begin(Attempt::new(&caller.key(), &key, &asked))?;
        Ok(Self { acting, content, attempt })
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
pub fn claimed(claim: Claim) -> Result<(), Result<StoredAnswer, Refusal>> {
    match claim {
        Claim::Fresh => Ok(()),
        Claim::Repeated(answer) => Err(Ok(answer)),
        Claim::OtherRequest => Err(Err(Refusal::new(Kind::IdempotencyKeyReused))),
        Claim::UnderWay => Err(Err(Refusal::new(Kind::IdempotencyKeyUnderWay))),
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
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

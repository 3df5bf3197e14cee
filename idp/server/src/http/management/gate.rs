//! The gate: nobody reaches an endpoint without a bearer token that holds, and nobody more often than policy says.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_service::Services;
use countersign_service::directory::caller::{self, Caller};

use super::command::Attempts;
use super::rate::{Allowance, Rates};
use super::refusal::{Kind, Refusal};
use crate::http::oauth::machine::authorization;

/// What the gate needs.
#[derive(Clone)]
pub(super) struct Gate {
    services: Arc<Services>,
    rates: Arc<Rates>,
    attempts: Attempts,
}

impl Gate {
    /// A gate that has seen nobody yet.
    pub(super) fn new(services: Arc<Services>) -> Self {
        let rates = Arc::new(Rates::new(services.policy.management.requests_per_minute));
        Self { services, rates, attempts: Attempts::default() }
    }

    async fn admit(&self, headers: &HeaderMap) -> Result<(Caller, Allowance), Refusal> {
        let token = bearer(headers)?.ok_or_else(Refusal::unauthenticated)?;
        let caller = caller::identify(&self.services, &token).await?;
        let allowance = self.rates.take(&caller.key(), self.services.now());
        if allowance.exceeded {
            let wait = allowance.reset_seconds.to_string();
            return Err(Refusal::new(Kind::TooManyRequests).with(header::RETRY_AFTER, &wait));
        }
        Ok((caller, allowance))
    }
}

/// Admits a request whose caller is known, and tells them how many more they may make.
pub(super) async fn identify(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.admit(request.headers()).await {
        Ok((caller, allowance)) => {
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(gate.attempts.clone());
            let mut response = next.run(request).await;
            allowance.tell(response.headers_mut());
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The token in the Authorization header; there is no other way (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<Option<String>, OAuthError> {
    let Some(credentials) = authorization(headers)? else { return Ok(None) };
    match credentials.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "The Authorization header holds no bearer token."))
        }
    }
}

impl Allowance {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    fn tell(self, headers: &mut HeaderMap) {
        let policy = format!("\"caller\";q={};w=60", self.most);
        let left = format!("\"caller\";r={};t={}", self.left, self.reset_seconds);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

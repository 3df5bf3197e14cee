//! Judging access tokens sent to an application's own API (RFC 9068 §4, RFC 6750).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use crate::jwt::{self, SignatureError, audience_names, seconds, text};
use crate::{Claims, RelyingParty};

const SKEW: TimeDelta = TimeDelta::seconds(10);

/// A bearer token that stood up.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// What it says.
    pub claims: Claims,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// Why a request may not enter. RFC 6750 §3.1 says how each is answered.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// No bearer token was sent.
    #[error("no bearer token")]
    Missing,
    /// The request carries credentials of no usable shape, or more than one.
    #[error("malformed credentials: {0}")]
    Malformed(&'static str),
    /// The token is not the issuer's, not for us, or over.
    #[error("{0}")]
    Invalid(String),
    /// The token does not carry the scope.
    #[error("the scope `{0}` is needed")]
    Scope(&'static str),
    /// The issuer's keys are not known at the moment.
    #[error("the issuer cannot be asked: {0}")]
    Unavailable(String),
}

/// Judges access tokens for one resource.
#[derive(Clone)]
pub struct AccessTokenVerifier {
    party: RelyingParty,
    resource: String,
    scope: &'static str,
}

impl AccessTokenVerifier {
    /// For tokens whose audience is this application's base URL and that carry `scope`.
    #[must_use]
    pub fn new(party: RelyingParty, scope: &'static str) -> Self {
        let resource = party.config().origin();
        Self { party, resource, scope }
    }

    /// Judges a token, rule by rule of RFC 9068 §4.
    pub async fn verify(&self, token: &str) -> Result<AccessToken, AccessTokenError> {
        let signed = jwt::verify(self.party.issuer(), token).await.map_err(|error| match error {
            SignatureError::Issuer(error) => AccessTokenError::Unavailable(error.to_string()),
            other => AccessTokenError::Invalid(other.to_string()),
        })?;
        let expires_at = self
            .judge(signed.header.typ.as_deref(), &signed.claims)
            .map_err(|reason| AccessTokenError::Invalid(reason.to_owned()))?;
        let scopes = text(&signed.claims, "scope").unwrap_or_default();
        if !scopes.split_ascii_whitespace().any(|scope| scope == self.scope) {
            return Err(AccessTokenError::Scope(self.scope));
        }
        Ok(AccessToken { claims: Claims::new(signed.claims), expires_at })
    }

    fn judge(&self, typ: Option<&str>, claims: &Map<String, Value>) -> Result<DateTime<Utc>, &'static str> {
        if !typ.is_some_and(is_access_token_type) {
            return Err("typ is not at+jwt");
        }
        if text(claims, "iss") != Some(self.party.issuer().identifier()) {
            return Err("iss is another issuer");
        }
        if !audience_names(claims, &self.resource) {
            return Err("aud is another resource");
        }
        for required in ["sub", "client_id", "jti"] {
            if text(claims, required).is_none_or(str::is_empty) {
                return Err("a required claim is missing");
            }
        }
        self.judge_times(claims)
    }

    fn judge_times(&self, claims: &Map<String, Value>) -> Result<DateTime<Utc>, &'static str> {
        let now = self.party.now();
        let read = |name| seconds(claims, name).and_then(|at| DateTime::from_timestamp(at, 0));
        let expires_at = read("exp").ok_or("exp missing")?;
        if now >= expires_at + SKEW {
            return Err("expired");
        }
        if read("iat").ok_or("iat missing")? > now + SKEW {
            return Err("iat is in the future");
        }
        if claims.contains_key("nbf") && read("nbf").is_none_or(|not_before| not_before > now + SKEW) {
            return Err("not valid yet");
        }
        Ok(expires_at)
    }
}

/// RFC 9068 §2.1: `at+jwt`, or in full `application/at+jwt`; an ID token can never pass for an access token.
fn is_access_token_type(typ: &str) -> bool {
    typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
}

//! How a client says who it is: every method is read here, before any grant is looked at (RFC 6749 §2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::client::AuthMethod;
use super::error::{ErrorCode, OAuthError};
use super::form::Form;
use crate::policy::TokenPolicy;
use crate::secret::SecretString;
use crate::{Timestamp, from_millis};

/// `client_assertion_type` of RFC 7523 §2.2.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Algorithms a client may sign its assertions with: asymmetric ones only.
pub const ASSERTION_ALGS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// What a client presented of itself, unproved.
#[derive(Debug)]
pub enum Presented {
    /// A secret, in the header or in the form.
    Secret {
        /// Who it says it is.
        client_id: String,
        /// The secret.
        secret: SecretString,
        /// Where it stood.
        method: AuthMethod,
    },
    /// A signed assertion.
    Assertion {
        /// The JWT: until it is used, whoever has it is the client.
        assertion: SecretString,
        /// `client_id`, where it was given beside the assertion.
        client_id: Option<String>,
    },
    /// A name alone.
    Name {
        /// Who it says it is.
        client_id: String,
    },
}

/// Reads what a client presents in the Authorization header and in the form. Two methods at once are refused
/// (RFC 6749 §2.3).
pub fn presented(authorization: Option<&str>, form: &Form) -> Result<Presented, OAuthError> {
    let methods = [
        authorization.is_some(),
        form.get("client_secret").is_some(),
        form.get("client_assertion").is_some(),
    ];
    if methods.into_iter().filter(|used| *used).count() > 1 {
        return Err(invalid_request("More than one method of client authentication is used."));
    }
    if let Some(header) = authorization {
        return basic(header, form);
    }
    if let Some(assertion) = form.get("client_assertion") {
        if form.require("client_assertion_type")? != JWT_BEARER {
            return Err(invalid_request("The client_assertion_type is not supported."));
        }
        let client_id = form.get("client_id").map(str::to_owned);
        let assertion = SecretString::new(assertion.to_owned());
        return Ok(Presented::Assertion { assertion, client_id });
    }
    let Some(client_id) = form.get("client_id").map(str::to_owned) else {
        return Err(refused("no credentials"));
    };
    Ok(match form.get("client_secret") {
        Some(secret) => Presented::Secret {
            client_id,
            secret: SecretString::new(secret.to_owned()),
            method: AuthMethod::ClientSecretPost,
        },
        None => Presented::Name { client_id },
    })
}

/// The one answer to everyone who is not who they say they are: an unknown client, a wrong secret, a wrong method.
/// `why` is for the log.
#[must_use]
pub fn refused(why: impl std::fmt::Display) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "The client could not be authenticated.").because(why)
}

/// RFC 7617 §2, with both parts form-encoded (RFC 6749 §2.3.1).
fn basic(header: &str, form: &Form) -> Result<Presented, OAuthError> {
    let (client_id, secret) =
        decode_basic(header).ok_or_else(|| refused("unreadable Authorization header"))?;
    if form.get("client_id").is_some_and(|named| named != client_id) {
        return Err(invalid_request("The client_id is not that of the Authorization header."));
    }
    Ok(Presented::Secret {
        client_id,
        secret: SecretString::new(secret),
        method: AuthMethod::ClientSecretBasic,
    })
}

fn decode_basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    let (client_id, secret) = (form_decode(client_id)?, form_decode(secret)?);
    (!client_id.is_empty()).then_some((client_id, secret))
}

/// Decodes one form-encoded value. `&` and `=`, which would end it, are taken as they stand.
fn form_decode(part: &str) -> Option<String> {
    let escaped = part.replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(escaped.as_bytes()).next().map(|(value, _)| value.into_owned());
    let decoded = decoded.unwrap_or_default();
    (!decoded.contains('\u{FFFD}')).then_some(decoded)
}

/// The claims of a client's assertion (RFC 7523 §3).
#[derive(Debug, Deserialize)]
pub struct Assertion {
    /// Who made it: the client.
    pub iss: String,
    /// Whom it is about: the client.
    pub sub: String,
    /// For whom.
    pub aud: Audience,
    /// Until when, in Unix seconds.
    pub exp: f64,
    /// From when, in Unix seconds.
    pub nbf: Option<f64>,
    /// Made when, in Unix seconds.
    pub iat: Option<f64>,
    /// Its identifier: required here, so that it works once.
    pub jti: String,
}

/// `aud`: one or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// Whether `wanted` is among them.
    #[must_use]
    pub fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(audience) => audience == wanted,
            Self::Many(audiences) => audiences.iter().any(|audience| audience == wanted),
        }
    }
}

impl Assertion {
    /// Checks what stands in an assertion whose signature is right (RFC 7523 §3). Returns when its `jti` may be
    /// forgotten.
    pub fn check(
        &self,
        client_id: &str,
        audiences: &[String],
        now: Timestamp,
        policy: &TokenPolicy,
    ) -> Result<Timestamp, AssertionFlaw> {
        if self.iss != client_id || self.sub != client_id {
            return Err(AssertionFlaw::Party);
        }
        if !audiences.iter().any(|audience| self.aud.contains(audience)) {
            return Err(AssertionFlaw::Audience);
        }
        if self.jti.is_empty() || self.jti.len() > 256 {
            return Err(AssertionFlaw::Jti);
        }
        let (now, leeway) = (seconds(now), f64::from(policy.leeway_seconds));
        let longest = f64::from(policy.assertion_seconds);
        if !self.exp.is_finite() || self.exp <= now - leeway {
            return Err(AssertionFlaw::Expired);
        }
        if self.exp > now + longest + leeway {
            return Err(AssertionFlaw::TooLong);
        }
        if [self.nbf, self.iat].into_iter().flatten().any(|from| from > now + leeway) {
            return Err(AssertionFlaw::NotYet);
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded above by now + longest + leeway")]
        Ok(from_millis(((self.exp + leeway) * 1000.0).ceil() as i64))
    }
}

fn seconds(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "Unix milliseconds stay below 2^53 for ages")]
    let millis = at.timestamp_millis() as f64;
    millis / 1000.0
}

/// What is wrong with an assertion. For the log: the client is told [`refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFlaw {
    /// `iss` or `sub` is not the client.
    #[error("assertion: iss and sub are not the client")]
    Party,
    /// `aud` is not us.
    #[error("assertion: aud is not this issuer")]
    Audience,
    /// No usable `jti`.
    #[error("assertion: jti is empty or too long")]
    Jti,
    /// Past `exp`.
    #[error("assertion: expired")]
    Expired,
    /// `exp` too far away.
    #[error("assertion: lives too long")]
    TooLong,
    /// Before `nbf`, or made in the future.
    #[error("assertion: not yet valid")]
    NotYet,
}

fn invalid_request(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests;

//! Tokens: held on this server, renewed ahead of expiry, never shown to a browser.

mod own;
mod refresh;
mod userinfo;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreErrorResponseType, CoreTokenResponse};
use openidconnect::{OAuth2TokenResponse as _, RequestTokenError, StandardErrorResponse};

pub use own::OwnToken;
pub use refresh::RefreshError;

use crate::Secret;
use crate::http_client::HttpError;
use crate::issuer::chain;

/// A token is renewed when this part of its life is left, but not earlier than [`EARLIEST`] before its end.
const LAST_PART: i32 = 4;
const EARLIEST: TimeDelta = TimeDelta::seconds(60);

/// The tokens of one session.
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Tokens have been renewed, but userinfo has not been asked since.
    pub(crate) claims_due: bool,
}

/// When a session's tokens came and go, for showing.
#[derive(Clone, Copy, Debug)]
pub struct TokenTimes {
    /// When the present access token was received.
    pub received_at: DateTime<Utc>,
    /// When it expires, if the issuer said so.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether there is a refresh token to renew it with.
    pub renewable: bool,
}

impl Tokens {
    pub(crate) fn from_response(response: &CoreTokenResponse, now: DateTime<Utc>) -> Self {
        let lifetime = response.expires_in().and_then(|lifetime| TimeDelta::from_std(lifetime).ok());
        Self {
            access_token: Secret::new(response.access_token().secret().as_str()),
            refresh_token: response.refresh_token().map(|token| Secret::new(token.secret().as_str())),
            received_at: now,
            expires_at: lifetime.and_then(|lifetime| now.checked_add_signed(lifetime)),
            claims_due: false,
        }
    }

    pub(crate) fn expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }

    /// Whether it is time to renew.
    pub(crate) fn ageing(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| {
            let margin = ((at - self.received_at) / LAST_PART).min(EARLIEST);
            now >= at - margin
        })
    }

    pub(crate) fn times(&self) -> TokenTimes {
        TokenTimes {
            received_at: self.received_at,
            expires_at: self.expires_at,
            renewable: self.refresh_token.is_some(),
        }
    }
}

/// Why the token endpoint gave no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenRequestError {
    /// RFC 6749 §5.2.
    #[error("{code}: {description}")]
    Refused { code: String, description: String },
    #[error("{0}")]
    Unreachable(String),
}

type RequestError = RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>;

/// Sorts an error of `openidconnect`; bodies, which may hold tokens, stay out of the text.
pub(crate) fn request_failed(error: &RequestError) -> TokenRequestError {
    match error {
        RequestTokenError::ServerResponse(answer) => TokenRequestError::Refused {
            code: answer.error().as_ref().to_owned(),
            description: answer.error_description().cloned().unwrap_or_default(),
        },
        RequestTokenError::Request(error) => TokenRequestError::Unreachable(chain(error)),
        RequestTokenError::Parse(error, _) => {
            TokenRequestError::Unreachable(format!("malformed answer at {}", error.path()))
        }
        RequestTokenError::Other(text) => TokenRequestError::Unreachable(text.clone()),
    }
}

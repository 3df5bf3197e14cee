//! The one error of the protocol endpoints: what the client is told, and what only the log is told.

use std::borrow::Cow;
use std::fmt;

/// An error code a client can receive. Each names its specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2: who the client is was not proved.
    InvalidClient,
    /// RFC 6749 §5.2: the code or refresh token is of no use.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2: the client may not do this.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 8707 §2: no such audience for this client.
    InvalidTarget,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1: our fault.
    ServerError,
    /// RFC 6749 §4.1.2.1: overload or maintenance.
    TemporarilyUnavailable,
    /// OIDC Core §3.1.2.6.
    LoginRequired,
    /// OIDC Core §3.1.2.6.
    ConsentRequired,
    /// OIDC Core §3.1.2.6.
    InteractionRequired,
    /// OIDC Core §3.1.2.6.
    AccountSelectionRequired,
    /// OIDC Core §3.1.2.6: we take no `request` parameter.
    RequestNotSupported,
    /// OIDC Core §3.1.2.6: we take no `request_uri` parameter.
    RequestUriNotSupported,
    /// OIDC Core §3.1.2.6: we take no `registration` parameter.
    RegistrationNotSupported,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0: no login reaches the class asked for.
    UnmetAuthenticationRequirements,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
}

impl ErrorCode {
    /// The code as written in responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    /// HTTP status where the error is answered directly rather than by a redirect (RFC 6749 §5.2, RFC 6750 §3.1).
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::AccessDenied | Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal by a protocol endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    code: ErrorCode,
    description: Cow<'static, str>,
    detail: Option<String>,
}

impl OAuthError {
    /// A refusal with a `description` for the client's developer. Characters that `error_description` may not
    /// hold (RFC 6749 §5.2) are replaced, so that a caller may quote what it was sent.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let mut description = description.into();
        if !description.bytes().all(permitted) {
            description = description
                .chars()
                .map(|c| if u8::try_from(c).is_ok_and(permitted) { c } else { '?' })
                .collect();
        }
        Self { code, description, detail: None }
    }

    /// Our own fault. The client learns nothing but that; `detail` is for the log.
    #[must_use]
    pub fn server(detail: impl fmt::Display) -> Self {
        Self::new(ErrorCode::ServerError, "The request could not be served.").because(detail)
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn because(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// `error`.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// `error_description`.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// For the log; never for the client.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// HTTP status where the error is answered directly.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

fn permitted(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_hold_permitted_characters_only() {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "no \"quotes\\ or\r\nlines é".to_owned());
        assert_eq!(error.description(), "no ?quotes? or??lines ?");
    }

    #[test]
    fn the_detail_is_not_displayed() {
        let error = OAuthError::server("connection refused");
        assert!(!error.to_string().contains("refused"));
        assert_eq!(error.detail(), Some("connection refused"));
    }
}

//! Why a login did not end in a session.

use crate::{IssuerError, RandomError};

/// Each variant is one page for the person and one line for the log; the line may say more than the page.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The issuer cannot be reached.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The answer lacks or repeats a parameter.
    #[error("malformed authorization response: {0}")]
    Malformed(&'static str),
    /// No login with this `state` was begun in this browser, or too long ago.
    #[error("no pending login answers to this state")]
    Unknown,
    /// The answer comes from another issuer (RFC 9207 §2.4).
    #[error("authorization response names another issuer")]
    WrongIssuer,
    /// The issuer said no (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6).
    #[error("the issuer answered {code}: {description}")]
    Refused {
        /// The error code, as sent.
        code: String,
        /// What the issuer adds for developers.
        description: String,
    },
    /// The code could not be exchanged.
    #[error("token endpoint: {0}")]
    TokenEndpoint(String),
    /// The ID token does not stand up to OIDC Core §3.1.3.7.
    #[error("ID token: {0}")]
    IdToken(String),
    /// Userinfo failed or speaks of somebody else.
    #[error("userinfo: {0}")]
    UserInfo(String),
    /// The issuer ended the session while we were still setting it up.
    #[error("the session was ended by the issuer during login")]
    EndedMeanwhile,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

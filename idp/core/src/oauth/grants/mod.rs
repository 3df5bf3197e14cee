//! The grants of RFC 6749, one file each. oxide-auth's state machines drive them; we answer their questions.
//!
//! Two habits of the machines are corrected here. They judge expiry by the global clock, so what they see never
//! expires and the caller's clock decides. For an unknown code they say `invalid_request` where RFC 6749 §5.2 says
//! `invalid_grant`, so an unknown code never reaches them.

pub mod authorization_code;
pub mod client_credentials;
pub mod refresh_token;

use oxide_auth::code_grant::accesstoken::Error as MachineError;
use oxide_auth::code_grant::error::{AccessTokenError, AccessTokenErrorType};

use super::error::{ErrorCode, OAuthError};
use super::scope::Scope;

/// What the machines are told of an expiry that has been checked already.
const CHECKED: chrono::DateTime<chrono::Utc> = chrono::DateTime::<chrono::Utc>::MAX_UTC;

fn invalid_grant(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, "The grant is invalid, expired, revoked, or another client's.")
        .because(why)
}

/// Translates what a machine says into what the client reads.
fn translate(mut error: MachineError) -> OAuthError {
    error.description().map_or_else(out_of_step, |description| from_kind(description.kind()))
}

fn from_kind(kind: AccessTokenErrorType) -> OAuthError {
    let (code, description) = match kind {
        AccessTokenErrorType::InvalidRequest => {
            (ErrorCode::InvalidRequest, "The token request is malformed.")
        }
        AccessTokenErrorType::InvalidClient => {
            (ErrorCode::InvalidClient, "The client could not be authenticated.")
        }
        AccessTokenErrorType::InvalidGrant => return invalid_grant("not as the state machine expects"),
        AccessTokenErrorType::UnauthorizedClient => {
            (ErrorCode::UnauthorizedClient, "The client may not use this grant.")
        }
        AccessTokenErrorType::UnsupportedGrantType => {
            (ErrorCode::UnsupportedGrantType, "The grant_type is not supported.")
        }
        AccessTokenErrorType::InvalidScope => {
            (ErrorCode::InvalidScope, "The scope is malformed or exceeds the grant.")
        }
    };
    OAuthError::new(code, description)
}

fn from_description(description: Option<&mut AccessTokenError>) -> OAuthError {
    description.map_or_else(out_of_step, |description| from_kind(description.kind()))
}

fn out_of_step() -> OAuthError {
    OAuthError::server("the grant's state machine was answered out of step")
}

fn for_machine(scope: &Scope) -> Result<oxide_auth::primitives::scope::Scope, OAuthError> {
    scope.to_string().parse().map_err(OAuthError::server)
}

#[cfg(test)]
mod tests;

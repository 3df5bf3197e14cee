//! Check: the proof key (RFC 7636), by S256 alone. `plain` proves nothing to whoever reads the request.

use super::parameters::Parameters;
use crate::oauth::client::Client;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::pkce::CodeChallenge;

pub(super) fn check(parameters: &Parameters, client: &Client) -> Result<Option<String>, OAuthError> {
    let refuse = |why| Err(OAuthError::new(ErrorCode::InvalidRequest, why));
    let method = parameters.get("code_challenge_method");
    match (parameters.get("code_challenge"), method) {
        (None, Some(_)) => refuse("code_challenge is missing."),
        (None, None) if client.needs_pkce() => refuse("code_challenge is required (RFC 7636)."),
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if CodeChallenge::parse(challenge).is_some() => {
            Ok(Some(challenge.to_owned()))
        }
        (Some(_), Some("S256")) => refuse("code_challenge is not the BASE64URL of a SHA-256."),
        (Some(_), _) => refuse("code_challenge_method must be S256."),
    }
}

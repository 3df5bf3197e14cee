//! Check: what is kept and handed back unread stays within bounds.

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

/// Longest `nonce`, in bytes: it is kept with the code and goes into the ID token.
const MAX_NONCE: usize = 512;
/// Longest `state`, in bytes: it travels in addresses.
const MAX_STATE: usize = 2048;

pub(super) fn state(parameters: &Parameters) -> Result<(), OAuthError> {
    within(parameters, "state", MAX_STATE, "state is too long.").map(drop)
}

pub(super) fn nonce(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    within(parameters, "nonce", MAX_NONCE, "nonce is too long.")
}

/// The value of `name`, unless it has more than `most` bytes or a control character.
pub(super) fn within(
    parameters: &Parameters,
    name: &str,
    most: usize,
    otherwise: &'static str,
) -> Result<Option<String>, OAuthError> {
    match parameters.get(name) {
        Some(value) if value.len() > most => Err(OAuthError::new(ErrorCode::InvalidRequest, otherwise)),
        Some(value) if value.chars().any(char::is_control) => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "A parameter holds a control character."))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

//! Check: every parameter is text (RFC 6749 appendix B).

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.any_unreadable() {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "A parameter is not valid UTF-8 text."));
    }
    Ok(())
}

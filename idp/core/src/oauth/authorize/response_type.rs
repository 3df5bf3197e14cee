//! Check: the response type is there (RFC 6749 §3.1.1). Whether we serve it, the state machine says.

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.get("response_type") {
        Some(_) => Ok(()),
        None => Err(OAuthError::new(ErrorCode::InvalidRequest, "response_type is missing.")),
    }
}

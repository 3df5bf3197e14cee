//! Check: no parameter is sent twice (RFC 6749 §3.1), so that no two readers of the request disagree about it.

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.any_repeated() {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "A parameter was sent more than once."));
    }
    Ok(())
}

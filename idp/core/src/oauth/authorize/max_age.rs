//! Check: `max_age`, in whole seconds (OIDC Core §3.1.2.1).

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<Option<u32>, OAuthError> {
    let Some(text) = parameters.get("max_age") else { return Ok(None) };
    // `parse` would take a sign.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "max_age is not a number of seconds."));
    }
    // Longer than u32 can say is longer than any session lives.
    Ok(Some(text.parse().unwrap_or(u32::MAX)))
}

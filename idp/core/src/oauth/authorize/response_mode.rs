//! Check: the response mode, if one is wished for, is one of ours. `fragment` is not: it would put the code where
//! scripts and histories find it.

use super::answer::ResponseMode;
use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.get("response_mode") {
        Some(mode) if ResponseMode::from_text(mode).is_none() => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "response_mode must be query or form_post."))
        }
        _ => Ok(()),
    }
}

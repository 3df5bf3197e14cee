//! Check: nothing is hidden in a request object, which we do not read yet (OIDC Core §3.1.2.6, §6).

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    let unsupported = [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ];
    match unsupported.into_iter().find(|(name, _)| parameters.get(name).is_some()) {
        Some((_, code)) => Err(OAuthError::new(code, "The parameter is not supported here.")),
        None => Ok(()),
    }
}

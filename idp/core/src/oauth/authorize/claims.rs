//! Check: the `claims` parameter is of its form and of a sensible size (OIDC Core §5.5).

use super::lengths::within;
use super::parameters::Parameters;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::error::{ErrorCode, OAuthError};

/// Longest `claims`, in bytes: it is kept with the grant.
const MAX_CLAIMS: usize = 4096;

pub(super) fn check(parameters: &Parameters) -> Result<ClaimsRequest, OAuthError> {
    match within(parameters, "claims", MAX_CLAIMS, "claims is too long.")? {
        None => Ok(ClaimsRequest::default()),
        Some(text) => ClaimsRequest::parse(&text)
            .map_err(|malformed| OAuthError::new(ErrorCode::InvalidRequest, malformed.to_string())),
    }
}

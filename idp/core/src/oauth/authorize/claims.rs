//! Check: the `claims` parameter is of its form and of a sensible size (OIDC Core §5.5).
//!
//! What the client may not have by any scope is dropped here: it is not asked about at consent, and a wish kept with
//! the grant would come true without consent on the day the client is allowed more.

use super::lengths::within;
use super::parameters::Parameters;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::client::Client;
use crate::oauth::error::{ErrorCode, OAuthError};

/// Longest `claims`, in bytes: it is kept with the grant.
const MAX_CLAIMS: usize = 4096;

pub(super) fn check(parameters: &Parameters, client: &Client) -> Result<ClaimsRequest, OAuthError> {
    match within(parameters, "claims", MAX_CLAIMS, "claims is too long.")? {
        None => Ok(ClaimsRequest::default()),
        Some(text) => ClaimsRequest::parse(&text)
            .map(|claims| claims.within(&client.scope))
            .map_err(|malformed| OAuthError::new(ErrorCode::InvalidRequest, malformed.to_string())),
    }
}

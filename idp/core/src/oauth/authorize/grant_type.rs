//! Check: the client may use the authorization code grant (RFC 6749 §4.1.2.1 `unauthorized_client`).

use crate::oauth::client::{Client, GrantType};
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    if client.may_use(GrantType::AuthorizationCode) {
        Ok(())
    } else {
        Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "The client may not use the authorization code grant.",
        ))
    }
}

//! Check: what is asked for, the client may have.
//!
//! Values we do not know are passed over, as OIDC Core §3.1.2.1 asks: clients are written for many providers. A
//! scope that we know and the client may not ask for is its owner's mistake and is said to be one, rather than
//! found out later from a missing claim (RFC 6749 §3.3 leaves both open).

use super::parameters::Parameters;
use crate::oauth::client::{Client, GrantType};
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::scope::{Scope, ScopeToken};

pub(super) fn check(parameters: &Parameters, client: &Client) -> Result<Scope, OAuthError> {
    let refuse = |why| Err(OAuthError::new(ErrorCode::InvalidScope, why));
    let Ok(mut scope) = Scope::parse_known(parameters.get("scope").unwrap_or_default()) else {
        return refuse("The scope is malformed.");
    };
    if !scope.is_within(&client.scope) {
        return refuse("The client may not ask for this scope.");
    }
    // Without an ID token, or without refresh tokens, there is nothing to keep offline (OIDC Core §11).
    if !scope.contains(ScopeToken::Openid) || !client.may_use(GrantType::RefreshToken) {
        scope = scope.without(ScopeToken::OfflineAccess);
    }
    if scope.is_empty() {
        return refuse("No scope that is known was asked for.");
    }
    Ok(scope)
}

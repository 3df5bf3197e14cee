//! `/userinfo` (OIDC Core §5.3): what the token's client may know of its user, as of now.

use countersign_core::oauth::claims::UserFacts;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::scope::{Scope, ScopeToken};
use serde_json::{Map, Value};

use crate::Services;
use crate::bearer::{self, Behind};

/// The claims that an access token gives.
pub async fn userinfo(services: &Services, token: &str) -> Result<Map<String, Value>, OAuthError> {
    let now = services.now();
    let claims =
        bearer::read(services, token, now).ok_or_else(|| invalid("not a token of ours, or expired"))?;
    if !claims.aud.contains(services.issuer.as_str()) {
        return Err(invalid("the token is for another audience"));
    }
    if !claims.scope.contains(ScopeToken::Openid) {
        return Err(OAuthError::new(ErrorCode::InsufficientScope, "The scope openid is needed."));
    }
    let Some(Behind::Login(facts)) = bearer::behind(services, &claims, now).await? else {
        return Err(invalid("revoked, or the login no longer stands"));
    };
    let prior_access = facts.session.as_ref().and_then(|session| session.prior_access.as_ref());
    let user = UserFacts { profile: &facts.profile, prior_access };
    let allowed =
        services.clients.get(&claims.client_id).map_or_else(Scope::empty, |client| client.scope.clone());
    let mut released = user.release(&claims.scope, &facts.grant.details.claims.userinfo, &allowed);
    // OIDC Core §5.3.2: the same `sub` as in the ID token.
    released.insert("sub".to_owned(), Value::String(claims.sub));
    Ok(released)
}

fn invalid(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidToken, "The access token is invalid, expired, or revoked.").because(why)
}

#[cfg(test)]
pub(crate) mod tests;

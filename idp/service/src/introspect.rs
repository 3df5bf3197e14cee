//! Introspection (RFC 7662): whether a token holds now, for those it concerns.

use countersign_core::Timestamp;
use countersign_core::oauth::claims::{UserFacts, Wishes};
use countersign_core::oauth::client::{Client, ClientKind};
use countersign_core::oauth::client_auth::refused;
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::scope::{Scope, ScopeToken};
use countersign_core::oauth::tokens::AccessTokenClaims;
use countersign_core::secret::TokenHash;
use countersign_store::TokenFacts;
use serde_json::{Map, Value, json};

use crate::Services;
use crate::bearer::{self, Behind, holds};
use crate::client_auth::authenticate;
use crate::subject::subject_of;

/// Answers an introspection request. A token that is not the caller's business is inactive, like one that is none.
pub async fn introspect(
    services: &Services,
    authorization: Option<&str>,
    form: &Form,
) -> Result<Map<String, Value>, OAuthError> {
    let caller = authenticate(services, authorization, form).await?;
    if caller.is_public() {
        // RFC 7662 §2.1: tokens are not to be tried out by whoever knows a client_id.
        return Err(refused("introspection by a public client"));
    }
    let (token, now) = (form.require("token")?, services.now());
    let found = match bearer::read(services, token, now) {
        Some(claims) => access_token(services, &caller, claims, now).await?,
        None => refresh_token(services, &caller, token, now).await?,
    };
    Ok(found.unwrap_or_else(|| Map::from_iter([("active".to_owned(), Value::Bool(false))])))
}

async fn access_token(
    services: &Services,
    caller: &Client,
    claims: AccessTokenClaims,
    now: Timestamp,
) -> Result<Option<Map<String, Value>>, OAuthError> {
    if !is_entitled(caller, &claims) {
        return Ok(None);
    }
    let Some(behind) = bearer::behind(services, &claims, now).await? else { return Ok(None) };
    let scope = claims.scope.clone();
    let mut answer = object(serde_json::to_value(claims).map_err(OAuthError::server)?);
    if let Behind::Login(facts) = behind {
        // Capabilities as they are now, not as they were when the token was made.
        let prior_access = facts.session.as_ref().and_then(|session| session.prior_access.as_ref());
        let user = UserFacts { profile: &facts.profile, prior_access };
        let clearing = scope.intersection(&ScopeToken::Clearing.into_scope());
        answer.extend(user.release(&clearing, &Wishes::new(), &Scope::empty()));
        answer.insert("username".to_owned(), json!(facts.profile.user_id));
    }
    answer.insert("token_type".to_owned(), json!("Bearer"));
    answer.insert("active".to_owned(), Value::Bool(true));
    Ok(Some(answer))
}

async fn refresh_token(
    services: &Services,
    caller: &Client,
    token: &str,
    now: Timestamp,
) -> Result<Option<Map<String, Value>>, OAuthError> {
    let found = TokenFacts::on(services.store.read()).of_refresh_token(&TokenHash::of(token)).await;
    let Some(found) = found.map_err(OAuthError::server)? else { return Ok(None) };
    let grant = &found.family.grant;
    let good = grant.client_id == caller.client_id
        && found.consumed.is_none()
        && found.expires_at > now
        && holds(services, &found.family, now);
    Ok(good.then(|| {
        object(json!({
            "active": true,
            "client_id": grant.client_id,
            "iss": services.issuer.as_str(),
            "sub": subject_of(&services.vault, caller, &grant.profile_id),
            "scope": grant.details.scope,
            "exp": found.expires_at.timestamp(),
        }))
    }))
}

/// Whose business an access token is: the client it was made for; the one it is addressed to; and the house's own
/// applications, which are registered with the audience of their own interface.
fn is_entitled(caller: &Client, claims: &AccessTokenClaims) -> bool {
    let own_interface = caller.kind == ClientKind::FirstParty
        && caller.resources.iter().any(|resource| claims.aud.contains(resource));
    claims.client_id == caller.client_id || claims.aud.contains(&caller.client_id) || own_interface
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;

//! Our own access tokens, presented to us (RFC 9068 §4).

use countersign_core::Timestamp;
use countersign_core::ids::GrantId;
use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::tokens::{ACCESS_TOKEN_TYP, AccessTokenClaims};
use countersign_store::{GrantFacts, RevokedAccessTokens, TokenFacts};

use crate::Services;
use crate::token::login_is_alive;

/// The claims of an access token that we made and that has not expired. Whether it still holds is another question.
pub(crate) fn read(services: &Services, token: &str, now: Timestamp) -> Option<AccessTokenClaims> {
    let ring = services.keyring.current();
    let claims: AccessTokenClaims = ring.verify(token, ACCESS_TOKEN_TYP, &[SigningAlg::Es256], now)?;
    (claims.iss == services.issuer.as_str() && claims.exp > now.timestamp()).then_some(claims)
}

/// What stands behind a token that holds.
pub(crate) enum Behind {
    /// A user's grant.
    Login(Box<GrantFacts>),
    /// The client itself.
    Service,
}

/// Asks, in one query, whether a token still holds: its client is there, it and its grant are not revoked, and the login
/// stands.
pub(crate) async fn behind(
    services: &Services,
    claims: &AccessTokenClaims,
    now: Timestamp,
) -> Result<Option<Behind>, OAuthError> {
    if services.clients.get(&claims.client_id).is_none() {
        return Ok(None);
    }
    let Some(grant_id) = &claims.grant_id else {
        let revoked = RevokedAccessTokens::on(services.store.read()).contains(&claims.jti).await;
        return Ok((!revoked.map_err(OAuthError::server)?).then_some(Behind::Service));
    };
    let facts = TokenFacts::on(services.store.read())
        .of_access_token(&GrantId::from_stored(grant_id.as_str()), &claims.jti)
        .await
        .map_err(OAuthError::server)?;
    Ok(facts.filter(|facts| holds(services, facts, now)).map(|facts| Behind::Login(Box::new(facts))))
}

/// Whether a grant still stands at `now`, with the login behind it.
pub(crate) fn holds(services: &Services, facts: &GrantFacts, now: Timestamp) -> bool {
    !facts.revoked
        && facts.grant.expires_at > now
        && login_is_alive(services, &facts.grant, &facts.profile, facts.session.as_ref(), now)
}

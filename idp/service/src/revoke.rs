//! Revocation (RFC 7009): a refresh token takes its whole family with it, an access token goes alone.

use countersign_core::from_millis;
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::form::Form;
use countersign_core::secret::TokenHash;
use countersign_store::{Grants, Revoked, RevokedAccessTokens, StoreError, TokenFacts};

use crate::client_auth::authenticate;
use crate::{Services, bearer};

/// Answers a revocation request. What is unknown, over, or another client's stays as it is, and the answer is the same.
pub async fn revoke(services: &Services, authorization: Option<&str>, form: &Form) -> Result<(), OAuthError> {
    let client = authenticate(services, authorization, form).await?;
    let (token, now) = (form.require("token")?, services.now());
    let done = match bearer::read(services, token, now) {
        Some(claims) if claims.client_id == client.client_id => {
            access_token(services, &claims.jti, claims.exp).await
        }
        Some(_) => Ok(()),
        None => refresh_token(services, &client.client_id, token).await,
    };
    done.map_err(OAuthError::server)
}

async fn access_token(services: &Services, jti: &str, exp: i64) -> Result<(), StoreError> {
    let tx = services.store.begin().await?;
    RevokedAccessTokens::on(tx.connection()).add(jti, from_millis(exp.saturating_mul(1000))).await?;
    tx.commit().await
}

async fn refresh_token(services: &Services, client_id: &str, token: &str) -> Result<(), StoreError> {
    let found = TokenFacts::on(services.store.read()).of_refresh_token(&TokenHash::of(token)).await?;
    let Some(found) = found.filter(|found| found.family.grant.client_id == client_id) else { return Ok(()) };
    let tx = services.store.begin().await?;
    Grants::on(tx.connection()).revoke(&found.family.grant.id, Revoked::ByClient, services.now()).await?;
    tx.commit().await
}

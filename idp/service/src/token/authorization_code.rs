//! Redeeming a code: one query, one conditional write, one transaction.

use std::time::Duration;

use countersign_core::Timestamp;
use countersign_core::oauth::client::{Client, GrantType};
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::grant::Grant;
use countersign_core::oauth::grants::authorization_code::{Redemption, refused};
use countersign_core::oauth::grants::refresh_token::expiry;
use countersign_core::oauth::session::Session;
use countersign_core::oauth::tokens::choose_resources;
use countersign_core::secret::{OpaqueToken, TokenPrefix};
use countersign_store::{AuthorizationCodes, CodeFacts, Grants, RefreshTokens, Revoked, TokenFacts, Tx};

use super::TokenResponse;
use super::issue::{Login, login_is_alive, still_given, tokens};
use crate::{Services, audit};

pub(super) async fn exchange(
    services: &Services,
    client: &Client,
    form: &Form,
) -> Result<TokenResponse, OAuthError> {
    let redemption = Redemption::begin(form, client)?;
    let code_hash = redemption.code_hash().clone();
    let now = services.now();
    let tx = services.store.begin().await.map_err(OAuthError::server)?;
    let found = TokenFacts::on(tx.connection()).of_code(&code_hash).await.map_err(OAuthError::server)?;
    // Somebody else's code is as good as none, and does its owner no harm.
    let code = found
        .filter(|code| code.grant.client_id == client.client_id)
        .ok_or_else(|| refused("the code is unknown, or another client's"))?;
    if code.consumed {
        return Err(reused(services, tx, &code, now).await);
    }
    if code.expires_at <= now {
        return Err(refused("the code has expired"));
    }
    redemption.check(&code.grant)?;
    let scope = still_given(client, &code.grant.scope)
        .ok_or_else(|| refused("the client may not have the scope any more"))?;
    let resource: Vec<_> = code.grant.resource.iter().cloned().collect();
    let resources = choose_resources(form.resources(), &resource, &client.resources)?;
    if !AuthorizationCodes::on(tx.connection()).consume(&code_hash, now).await.map_err(OAuthError::server)? {
        return Err(reused(services, tx, &code, now).await);
    }
    let CodeFacts { grant: code, profile: Some(profile), session: Some(session), .. } = code else {
        return Err(refused("the session has ended, or the user is gone"));
    };
    let mut grant = Grant::of(&code, now, now);
    if !login_is_alive(services, &grant, &profile, Some(&session), now) {
        return Err(refused("the session has ended, or the user may not use the house"));
    }
    let refreshable = client.may_use(GrantType::RefreshToken);
    grant.expires_at = end_of_grant(services, &grant, &session, refreshable, now);
    Grants::on(tx.connection()).add(&grant).await.map_err(OAuthError::server)?;
    let refresh_token =
        if refreshable { Some(first_refresh_token(services, &tx, &grant, now).await?) } else { None };
    tx.commit().await.map_err(OAuthError::server)?;

    tokens(
        services,
        Login {
            client,
            profile: &profile,
            session: Some(&session),
            scope,
            resources,
            nonce: code.nonce,
            refresh_token,
            grant: &grant,
        },
    )
}

/// RFC 6749 §4.1.2: a code used twice takes back what its first use gave. That is committed before anyone is told.
async fn reused(services: &Services, tx: Tx, code: &CodeFacts, now: Timestamp) -> OAuthError {
    let revoked = async {
        let grants = Grants::on(tx.connection());
        let first = grants.revoke(&code.grant.grant_id, Revoked::CodeReused, now).await?;
        drop(grants);
        // Once: whoever presents it again and again fills nothing.
        if let Some(profile) = code.profile.as_ref().filter(|_| first) {
            let what = (code.grant.client_id.as_str(), "authorization_code");
            audit::append_reuse(services, &tx, what, profile).await?;
        }
        tx.commit().await
    };
    match revoked.await {
        Ok(()) => {
            tracing::warn!(client_id = code.grant.client_id, "an authorization code was presented twice");
            refused("the code was used before: its grant is revoked")
        }
        Err(error) => OAuthError::server(error),
    }
}

/// With refresh tokens, a grant lasts as long as its session, or on its own where it outlives it; without, as long as
/// its one access token.
fn end_of_grant(
    services: &Services,
    grant: &Grant,
    session: &Session,
    refreshable: bool,
    now: Timestamp,
) -> Timestamp {
    let policy = &services.policy.token;
    let after = |seconds: u32| now + Duration::from_secs(seconds.into());
    let access = after(policy.access_seconds);
    if !refreshable {
        return access;
    }
    let family = after(policy.refresh_absolute_seconds);
    let end = if grant.session_id.is_some() { family.min(session.expires_at) } else { family };
    end.max(access)
}

async fn first_refresh_token(
    services: &Services,
    tx: &Tx,
    grant: &Grant,
    now: Timestamp,
) -> Result<String, OAuthError> {
    let token = OpaqueToken::generate(TokenPrefix::Refresh, services.entropy.as_ref());
    let expires_at = expiry(now, grant.expires_at, &services.policy.token);
    RefreshTokens::on(tx.connection())
        .add(&token.hash(), &grant.id, now, expires_at)
        .await
        .map_err(OAuthError::server)?;
    Ok(token.expose().to_owned())
}

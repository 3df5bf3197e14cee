//! Refreshing: the token is used up and gives way to another. One that comes twice is theft, unless an answer was lost.

use countersign_core::Timestamp;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use countersign_core::oauth::grant::Grant;
use countersign_core::oauth::grants::refresh_token::{Refreshing, Reuse, expiry, judge_reuse, refused};
use countersign_core::oauth::session::Session;
use countersign_core::oauth::tokens::choose_resources;
use countersign_core::secret::{OpaqueToken, TokenHash, TokenPrefix};
use countersign_store::{
    Consumed, GrantFacts, Grants, RefreshFacts, RefreshTokens, Revoked, Sessions, Successor, TokenFacts, Tx,
};

use super::TokenResponse;
use super::issue::{Login, login_is_alive, still_given, tokens};
use crate::{Purpose, Services, audit};

pub(super) async fn refresh(
    services: &Services,
    client: &Client,
    form: &Form,
) -> Result<TokenResponse, OAuthError> {
    let refreshing = Refreshing::begin(form, client)?;
    let presented = refreshing.token_hash().clone();
    let now = services.now();
    let tx = services.store.begin().await.map_err(OAuthError::server)?;
    let found = find(&tx, &presented).await?.ok_or_else(|| refused("the refresh token is unknown"))?;
    let asked = refreshing.check(&found.family.grant)?;
    let scope = still_given(client, &found.family.grant.details.scope)
        .ok_or_else(|| refused("the client may not have the scope any more"))?
        .intersection(&asked);
    if scope.is_empty() {
        let why = "The client may not have this scope any more.";
        return Err(OAuthError::new(ErrorCode::InvalidScope, why));
    }
    if found.family.revoked || found.family.grant.expires_at <= now {
        return Err(refused("the grant is revoked, or over"));
    }
    let resources =
        choose_resources(form.resources(), &found.family.grant.details.resource, &client.resources)?;
    let Some((tx, found, refresh_token)) = rotate(services, client, tx, &presented, found, now).await? else {
        return Err(refused("the refresh token was used before: its grant is revoked"));
    };
    touch(services, &tx, found.family.session.as_ref(), now).await?;
    tx.commit().await.map_err(OAuthError::server)?;

    let family = &found.family;
    tokens(
        services,
        Login {
            client,
            grant: &family.grant,
            profile: &family.profile,
            session: family.session.as_ref(),
            scope,
            resources,
            nonce: None,
            refresh_token: Some(refresh_token),
        },
    )
}

async fn find(tx: &Tx, presented: &TokenHash) -> Result<Option<RefreshFacts>, OAuthError> {
    TokenFacts::on(tx.connection()).of_refresh_token(presented).await.map_err(OAuthError::server)
}

/// Uses the token up, or, if that has happened before, decides what that means. `None`: theft, and the family is
/// revoked, committed.
async fn rotate(
    services: &Services,
    client: &Client,
    tx: Tx,
    presented: &TokenHash,
    mut found: RefreshFacts,
    now: Timestamp,
) -> Result<Option<(Tx, RefreshFacts, String)>, OAuthError> {
    let family = &found.family;
    let alive = login_is_alive(services, &family.grant, &family.profile, family.session.as_ref(), now);
    if found.consumed.is_none() {
        if !alive || found.expires_at <= now {
            return Err(refused("the refresh token has expired, the session has ended, or the user may not"));
        }
        if let Some(successor) = succeed(services, &tx, presented, &family.grant, now).await? {
            return Ok(Some((tx, found, successor)));
        }
        // Another request was faster: its outcome is what this one is judged by.
        found = find(&tx, presented).await?.ok_or_else(|| refused("the refresh token is gone"))?;
    }
    let consumed = found.consumed.as_ref();
    let repeated = consumed.and_then(|consumed| lost_answer(services, client, presented, consumed, now));
    match repeated {
        Some(successor) if alive && !found.family.revoked => Ok(Some((tx, found, successor))),
        Some(_) => Err(refused("the session has ended, or the user may not use the house")),
        None => {
            revoke(services, tx, &found.family, now).await?;
            Ok(None)
        }
    }
}

/// Writes the successor of `presented`, if nobody else has.
async fn succeed(
    services: &Services,
    tx: &Tx,
    presented: &TokenHash,
    grant: &Grant,
    now: Timestamp,
) -> Result<Option<String>, OAuthError> {
    let token = OpaqueToken::generate(TokenPrefix::Refresh, services.entropy.as_ref());
    let sealed = services
        .vault
        .seal(Purpose::RefreshSuccessor, presented.as_str().as_bytes(), token.expose().as_bytes())
        .map_err(OAuthError::server)?;
    let repository = RefreshTokens::on(tx.connection());
    let successor = Successor { hash: token.hash(), sealed };
    if !repository.consume(presented, &successor, now).await.map_err(OAuthError::server)? {
        return Ok(None);
    }
    let expires_at = expiry(now, grant.expires_at, &services.policy.token);
    repository.add(&successor.hash, &grant.id, now, expires_at).await.map_err(OAuthError::server)?;
    Ok(Some(token.expose().to_owned()))
}

/// The successor once more, if the client may be believed to have lost the answer that carried it.
fn lost_answer(
    services: &Services,
    client: &Client,
    presented: &TokenHash,
    consumed: &Consumed,
    now: Timestamp,
) -> Option<String> {
    match judge_reuse(client, consumed.at, consumed.successor_used, now, &services.policy.token) {
        Reuse::Theft => None,
        Reuse::LostResponse => {
            let sealed = consumed.successor_sealed.as_deref()?;
            let bound_to = presented.as_str().as_bytes();
            let token = services.vault.open(Purpose::RefreshSuccessor, bound_to, sealed)?;
            String::from_utf8(token.to_vec()).ok()
        }
    }
}

/// RFC 9700 §4.14.2: nobody can tell the thief from the owner, so the family ends for both.
async fn revoke(services: &Services, tx: Tx, family: &GrantFacts, now: Timestamp) -> Result<(), OAuthError> {
    let GrantFacts { grant, profile, .. } = family;
    tracing::warn!(client_id = grant.client_id, grant_id = %grant.id, "a refresh token was presented twice");
    let revoked = Grants::on(tx.connection()).revoke(&grant.id, Revoked::RefreshTokenReused, now).await;
    // Once: whoever presents it again and again fills nothing.
    if revoked.map_err(OAuthError::server)? {
        let what = (grant.client_id.as_str(), "refresh_token");
        audit::append_reuse(services, &tx, what, profile).await.map_err(OAuthError::server)?;
    }
    tx.commit().await.map_err(OAuthError::server)
}

/// An application that refreshes is in use, and so is the session behind it.
async fn touch(
    services: &Services,
    tx: &Tx,
    session: Option<&Session>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    match session {
        Some(session) if session.is_touch_due(now, &services.policy.session) => {
            Sessions::on(tx.connection()).touch(&session.id, now).await.map_err(OAuthError::server)
        }
        _ => Ok(()),
    }
}

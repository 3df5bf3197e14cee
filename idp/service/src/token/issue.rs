//! Making tokens, after everything has been decided.

use countersign_core::directory::profile::Profile;
use countersign_core::oauth::claims::UserFacts;
use countersign_core::oauth::client::{Client, SigningAlg};
use countersign_core::oauth::client_auth::Audience;
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::grant::Grant;
use countersign_core::oauth::scope::{Scope, ScopeToken};
use countersign_core::oauth::session::Session;
use countersign_core::oauth::tokens::{
    ACCESS_TOKEN_TYP, AccessTokenClaims, ID_TOKEN_TYP, IdTokenClaims, at_hash, audience,
};
use countersign_core::{EntropyExt as _, Timestamp};
use serde_json::{Map, Value};

use super::TokenResponse;
use crate::Services;
use crate::subject::subject_of;

/// What an access token is to say.
pub(super) struct AccessToken<'a> {
    pub(super) sub: String,
    pub(super) client_id: &'a str,
    pub(super) audience: Audience,
    pub(super) scope: Scope,
    pub(super) login: Option<&'a Grant>,
    pub(super) further: Map<String, Value>,
}

/// What a grant still gives its client: nothing that the client itself may not have any more. Without what makes it a
/// login, or lets it outlive one, it is no longer what was granted, and gives nothing.
pub(super) fn still_given(client: &Client, granted: &Scope) -> Option<Scope> {
    let left = granted.intersection(&client.scope);
    let needed = [ScopeToken::Openid, ScopeToken::OfflineAccess];
    let whole = needed.into_iter().all(|token| left.contains(token) == granted.contains(token));
    (whole && !left.is_empty()).then_some(left)
}

/// Signs an access token (RFC 9068).
pub(super) fn access_token(services: &Services, token: AccessToken<'_>) -> Result<String, OAuthError> {
    let now = services.now();
    let login = token.login;
    let claims = AccessTokenClaims {
        iss: services.issuer.as_str().to_owned(),
        sub: token.sub,
        aud: token.audience,
        exp: now.timestamp() + i64::from(services.policy.token.access_seconds),
        iat: now.timestamp(),
        jti: jti(services),
        client_id: token.client_id.to_owned(),
        scope: token.scope,
        auth_time: login.map(|grant| grant.details.auth_time.timestamp()),
        acr: login.map(|grant| grant.details.acr.as_str().to_owned()),
        amr: login.map(amr),
        sid: login.and_then(|grant| grant.session_id.as_ref()).map(|sid| sid.as_str().to_owned()),
        grant_id: login.map(|grant| grant.id.as_str().to_owned()),
        further: token.further,
    };
    services.keyring.sign(SigningAlg::Es256, ACCESS_TOKEN_TYP, &claims, now).map_err(OAuthError::server)
}

/// A login whose tokens are to be made.
pub(super) struct Login<'a> {
    pub(super) client: &'a Client,
    pub(super) grant: &'a Grant,
    pub(super) profile: &'a Profile,
    pub(super) session: Option<&'a Session>,
    pub(super) scope: Scope,
    pub(super) resources: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: Option<String>,
}

/// Signs the tokens of a login. Nothing is written any more.
pub(super) fn tokens(services: &Services, login: Login<'_>) -> Result<TokenResponse, OAuthError> {
    let Login { client, grant, profile, .. } = login;
    let sub = subject_of(&services.vault, client, &profile.id);
    let prior_access = login.session.and_then(|session| session.prior_access.as_ref());
    let facts = UserFacts { profile, prior_access };
    let clearing = login.scope.intersection(&ScopeToken::Clearing.into_scope());
    let is_login = login.scope.contains(ScopeToken::Openid);
    let access_token = access_token(
        services,
        AccessToken {
            sub: sub.clone(),
            client_id: &client.client_id,
            audience: audience(services.issuer.as_str(), &login.resources, &login.scope),
            scope: login.scope.clone(),
            login: Some(grant),
            further: facts.release(&clearing, &std::collections::BTreeMap::new(), &Scope::empty()),
        },
    )?;
    let id_token = if is_login {
        // Claims by scope are had from /userinfo (OIDC Core §5.4); those named for the ID token stand in it.
        let named = facts.release(&Scope::empty(), &grant.details.claims.id_token, &client.scope);
        Some(id_token(services, &login, sub, &access_token, named)?)
    } else {
        None
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: services.policy.token.access_seconds,
        refresh_token: login.refresh_token,
        id_token,
        scope: login.scope,
    })
}

fn id_token(
    services: &Services,
    login: &Login<'_>,
    sub: String,
    access_token: &str,
    further: Map<String, Value>,
) -> Result<String, OAuthError> {
    let now = services.now();
    let (client, details) = (login.client, &login.grant.details);
    let alg = client.id_token_signed_response_alg;
    let claims = IdTokenClaims {
        iss: services.issuer.as_str().to_owned(),
        sub,
        aud: Audience::One(client.client_id.clone()),
        exp: now.timestamp() + i64::from(services.policy.token.id_seconds),
        iat: now.timestamp(),
        auth_time: details.auth_time.timestamp(),
        nonce: login.nonce.clone(),
        acr: details.acr.as_str().to_owned(),
        amr: amr(login.grant),
        azp: client.client_id.clone(),
        at_hash: Some(at_hash(alg, access_token)),
        sid: details.sid.as_str().to_owned(),
        further,
    };
    services.keyring.sign(alg, ID_TOKEN_TYP, &claims, now).map_err(OAuthError::server)
}

/// Whether a login still stands behind a grant: the user may use the house, and the session lives, unless the grant
/// outlives it.
pub(crate) fn login_is_alive(
    services: &Services,
    grant: &Grant,
    profile: &Profile,
    session: Option<&Session>,
    now: Timestamp,
) -> bool {
    let session_holds = match (&grant.session_id, session) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(session)) => session.is_live(now, &services.policy.session),
    };
    session_holds && profile.usable(now).is_ok()
}

fn amr(grant: &Grant) -> Vec<String> {
    grant.details.acr.amr().iter().map(|method| (*method).to_owned()).collect()
}

fn jti(services: &Services) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(services.entropy.bytes::<16>())
}

//! The whole way with the `openidconnect` crate as the client, by each way of client authentication: what a standard
//! library accepts, an application owner's library will accept.

use anyhow::{Context, Result, anyhow};
use conformance_tests::oidc::Assertion;
use conformance_tests::oidc::authentication::ASSERTION_TYPE;
use conformance_tests::oidc::standard::Http;
use conformance_tests::{RelyingParty, shared};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
};

use super::party;

/// Discovery, login, exchange, ID token with nonce and `at_hash`, userinfo, refresh.
async fn happy_path(client_id: &str, auth_type: AuthType) -> Result<()> {
    let demo = shared().await?;
    let party = party(client_id).await?;
    let user = demo.draw_user()?;
    let http = Http(party.http.clone());
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(party.issuer.clone())?, &http).await?;
    let secret = party.client.client_secret.clone().map(ClientSecret::new);
    let redirect = party.client.redirect_uris.first().context("redirect_uri")?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(redirect.clone())?)
        .set_auth_type(auth_type);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("offline_access".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = demo.browser()?;
    browser.open(url.as_str()).await?;
    let answer = browser.log_in(&user).await?;
    assert_eq!(answer.require("state")?, state.secret());

    let code = AuthorizationCode::new(answer.require("code")?.to_owned());
    let mut request = client.exchange_code(code)?.set_pkce_verifier(verifier);
    for (name, value) in assertion(&party)? {
        request = request.add_extra_param(name, value);
    }
    let tokens = request.request_async(&http).await.map_err(|error| anyhow!("{error:?}"))?;

    let id_token = tokens.id_token().context("no ID token")?;
    let id_token_verifier = client.id_token_verifier();
    let claims = id_token.claims(&id_token_verifier, &nonce)?;
    let expected = claims.access_token_hash().context("no at_hash")?;
    let actual = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg()?,
        id_token.signing_key(&id_token_verifier)?,
    )?;
    assert_eq!(&actual, expected);

    let told: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
        .request_async(&http)
        .await
        .map_err(|error| anyhow!("{error:?}"))?;
    assert_eq!(told.preferred_username().map(|name| name.as_str()), Some(user.user_id.as_str()));
    assert_eq!(told.email().map(|email| email.as_str()), user.email.as_deref());

    let refresh_token = tokens.refresh_token().context("no refresh token")?;
    let mut request = client.exchange_refresh_token(refresh_token)?;
    for (name, value) in assertion(&party)? {
        request = request.add_extra_param(name, value);
    }
    let refreshed = request.request_async(&http).await.map_err(|error| anyhow!("{error:?}"))?;
    let again = refreshed.id_token().context("no ID token")?;
    let again = again.claims(&client.id_token_verifier(), |_: Option<&Nonce>| Ok(()))?;
    assert_eq!(again.subject(), claims.subject());
    Ok(())
}

/// The two parameters of RFC 7523 §2.2, which the crate leaves to its user; none for clients without a key.
fn assertion(party: &RelyingParty) -> Result<Vec<(&'static str, String)>> {
    if party.client.private_key_pem.is_none() {
        return Ok(Vec::new());
    }
    let signed = Assertion::new(&party.issuer, &party.client)?.sign()?;
    Ok(vec![("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", signed)])
}

/// `client_secret_basic`.
#[tokio::test]
async fn openidconnect_crate_by_client_secret_basic() -> Result<()> {
    happy_path("conformance-basic", AuthType::BasicAuth).await
}

/// `client_secret_post`.
#[tokio::test]
async fn openidconnect_crate_by_client_secret_post() -> Result<()> {
    happy_path("conformance-post", AuthType::RequestBody).await
}

/// `private_key_jwt`.
#[tokio::test]
async fn openidconnect_crate_by_private_key_jwt() -> Result<()> {
    happy_path("conformance-jwt", AuthType::RequestBody).await
}

/// `none`, with PKCE.
#[tokio::test]
async fn openidconnect_crate_as_a_public_client() -> Result<()> {
    happy_path("conformance-public", AuthType::RequestBody).await
}

/// The crate's own client credentials.
#[tokio::test]
async fn openidconnect_crate_by_client_credentials() -> Result<()> {
    let party = party("conformance-service").await?;
    let http = Http(party.http.clone());
    let metadata = CoreProviderMetadata::discover_async(IssuerUrl::new(party.issuer.clone())?, &http).await?;
    let secret = party.client.client_secret.clone().map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(party.id().to_owned()), secret);
    let client = match party.client.token_endpoint_auth_method.as_str() {
        "client_secret_post" => client.set_auth_type(AuthType::RequestBody),
        _ => client,
    };
    let tokens = client
        .exchange_client_credentials()?
        .add_scope(Scope::new("directory".to_owned()))
        .request_async(&http)
        .await
        .map_err(|error| anyhow!("{error:?}"))?;
    assert!(!tokens.access_token().secret().is_empty());
    assert!(tokens.expires_in().is_some_and(|lifetime| !lifetime.is_zero()));
    Ok(())
}

//! The relying party and the endpoints it calls.

use anyhow::{Context, Result};
use reqwest::redirect::Policy;
use serde_json::Value;

use super::authentication::Authentication;
use super::jwt::{self, Jwt};
use super::request::AuthorizationRequest;
use crate::ambient::random;
use crate::credentials::Client;
use crate::reply::Reply;

/// One registered client, speaking to one issuer at the addresses of `interfaces` fixed for it.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    /// The issuer's URL.
    pub issuer: String,
    /// What it is registered with.
    pub client: Client,
    /// Its HTTP client, which follows no redirects and keeps no cookies.
    pub http: reqwest::Client,
}

impl RelyingParty {
    /// This client at this issuer.
    pub fn new(issuer: &str, client: Client) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
        Ok(Self { issuer: issuer.trim_end_matches('/').to_owned(), client, http })
    }

    /// `client_id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.client.client_id
    }

    /// The address of an endpoint.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// A right authorization request for scope `openid`, with fresh state, nonce and PKCE.
    ///
    /// # Panics
    /// Never in practice: only without any source of randomness.
    #[must_use]
    pub fn authorization(&self) -> AuthorizationRequest {
        let redirect_uri = self.client.redirect_uris.first();
        let chance = [16, 16, 32].map(|bytes| random(bytes).unwrap_or_default());
        AuthorizationRequest::new(
            self.endpoint("/authorize"),
            self.id(),
            redirect_uri.map_or("", String::as_str),
            chance,
        )
    }

    /// How this client is registered to authenticate.
    pub fn authentication(&self) -> Result<Authentication> {
        Authentication::registered(&self.issuer, &self.client)
    }

    /// Calls the token endpoint with the registered authentication.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Result<Reply> {
        self.token_as(&self.authentication()?, parameters).await
    }

    /// Calls the token endpoint with some other authentication.
    pub async fn token_as(
        &self,
        authentication: &Authentication,
        parameters: &[(&str, &str)],
    ) -> Result<Reply> {
        self.post_as("/token", authentication, parameters).await
    }

    /// Posts a form to an endpoint with some authentication.
    pub async fn post_as(
        &self,
        path: &str,
        authentication: &Authentication,
        parameters: &[(&str, &str)],
    ) -> Result<Reply> {
        let mut form: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = authentication.apply(self.http.post(self.endpoint(path)), &mut form);
        Reply::read(request.form(&form).send().await?).await
    }

    /// Exchanges the code that answered a request, with its verifier.
    pub async fn exchange(&self, request: &AuthorizationRequest, code: &str) -> Result<Reply> {
        self.token(&self.exchange_parameters(request, code)).await
    }

    /// The parameters of a right exchange.
    #[must_use]
    pub fn exchange_parameters<'a>(
        &self,
        request: &'a AuthorizationRequest,
        code: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.get("redirect_uri")),
        ];
        if !request.get("code_challenge").is_empty() {
            parameters.push(("code_verifier", &request.verifier));
        }
        parameters
    }

    /// Refreshes (RFC 6749 §6).
    pub async fn refresh(&self, refresh_token: &str) -> Result<Reply> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Acts as itself (RFC 6749 §4.4).
    pub async fn client_credentials(&self, scope: &str) -> Result<Reply> {
        self.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await
    }

    /// Introspects (RFC 7662) with the registered authentication.
    pub async fn introspect(&self, token: &str) -> Result<Reply> {
        let authentication = self.authentication()?;
        self.post_as("/introspect", &authentication, &[("token", token)]).await
    }

    /// Revokes (RFC 7009) with the registered authentication.
    pub async fn revoke(&self, token: &str) -> Result<Reply> {
        let authentication = self.authentication()?;
        self.post_as("/revoke", &authentication, &[("token", token)]).await
    }

    /// `GET /userinfo` with a bearer token in the header (RFC 6750 §2.1).
    pub async fn userinfo(&self, access_token: &str) -> Result<Reply> {
        let request = self.http.get(self.endpoint("/userinfo"));
        Reply::read(request.bearer_auth(access_token).send().await?).await
    }

    /// `GET` of any path, without credentials.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        Reply::read(self.http.get(self.endpoint(path)).send().await?).await
    }

    /// The discovery document.
    pub async fn discovery(&self) -> Result<Value> {
        let reply = self.get("/.well-known/openid-configuration").await?;
        Ok(reply.granted()?.json())
    }

    /// Verifies an ID token for this client: signature, issuer, audience, expiry.
    pub async fn verify_id_token(&self, token: &str) -> Result<Jwt> {
        self.verify(token, self.id()).await
    }

    /// Verifies any token of this issuer for some audience.
    pub async fn verify(&self, token: &str, audience: &str) -> Result<Jwt> {
        let keys = self.get("/jwks").await?.granted()?.body;
        let keys = serde_json::from_str(&keys).context("the JWKS")?;
        jwt::verify(token, &keys, &self.issuer, audience)
    }
}

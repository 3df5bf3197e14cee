//! Authorization requests (OpenID Connect Core §3.1.2.1) with PKCE (RFC 7636).

use anyhow::Result;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use crate::page::Form;
use crate::reply::Parameters;

/// A request to `/authorize`: right as it is made, and as wrong as a test makes it.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    endpoint: String,
    /// Every parameter in order.
    pub parameters: Parameters,
    /// The PKCE verifier whose S256 challenge is in the parameters.
    pub verifier: String,
}

impl AuthorizationRequest {
    pub(crate) fn new(endpoint: String, client_id: &str, redirect_uri: &str, chance: [String; 3]) -> Self {
        let [state, nonce, verifier] = chance;
        let request = Self { endpoint, parameters: Parameters::default(), verifier };
        let challenge = challenge(&request.verifier);
        request
            .with("response_type", "code")
            .with("client_id", client_id)
            .with("redirect_uri", redirect_uri)
            .with("scope", "openid")
            .with("state", &state)
            .with("nonce", &nonce)
            .with("code_challenge", &challenge)
            .with("code_challenge_method", "S256")
    }

    /// With this value of this parameter, instead of any before.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With one more of this parameter, even when there is one.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.parameters.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.0.retain(|(held, _)| held != name);
        self
    }

    /// Without PKCE.
    #[must_use]
    pub fn without_pkce(self) -> Self {
        self.without("code_challenge").without("code_challenge_method")
    }

    /// With these scopes.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// One of its parameters, empty when absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or_default()
    }

    /// The address to send a browser to.
    pub fn url(&self) -> Result<Url> {
        Ok(Url::parse_with_params(&self.endpoint, &self.parameters.0)?)
    }

    /// The same as a form (OpenID Connect Core §3.1.2.1 lets it be posted).
    pub fn form(&self) -> Result<Form> {
        Ok(Form { action: Url::parse(&self.endpoint)?, post: true, fields: self.parameters.0.clone() })
    }
}

/// `BASE64URL(SHA256(verifier))`, RFC 7636 §4.2.
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

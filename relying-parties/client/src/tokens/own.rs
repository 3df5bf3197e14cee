//! Tokens of the client itself (RFC 6749 §4.4).

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::{OAuth2TokenResponse as _, Scope};
use serde_json::{Map, Value};

use super::request_failed;
use crate::{LoginError, RelyingParty, Secret};

/// A token the application received as itself.
#[derive(Debug)]
pub struct OwnToken {
    /// To be sent to an API.
    pub access_token: Secret,
    /// Its lifetime.
    pub expires_in: Option<Duration>,
    /// What it allows.
    pub scopes: Vec<String>,
}

impl RelyingParty {
    /// Asks for a token as ourselves, without a person.
    pub async fn client_credentials(&self, scopes: &[&str]) -> Result<OwnToken, LoginError> {
        let provider = self.issuer().provider().await?;
        let client = self.oidc_client(&provider)?;
        let mut request = client
            .exchange_client_credentials()
            .map_err(|error| LoginError::TokenEndpoint(error.to_string()))?
            .add_scopes(scopes.iter().map(|&scope| Scope::new(scope.to_owned())));
        for (name, value) in self.token_parameters()? {
            request = request.add_extra_param(name, value);
        }
        let response = request
            .request_async(self.issuer().http())
            .await
            .map_err(|error| LoginError::TokenEndpoint(request_failed(&error).to_string()))?;
        Ok(OwnToken {
            access_token: Secret::new(response.access_token().secret().as_str()),
            expires_in: response.expires_in(),
            scopes: response.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect(),
        })
    }
}

impl OwnToken {
    /// What the token says, read without verifying: it is meant for an API, which will verify it.
    #[must_use]
    pub fn unverified_claims(&self) -> Option<Map<String, Value>> {
        let payload = self.access_token.expose().split('.').nth(1)?;
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

//! The token endpoint (RFC 6749 §3.2): who asks, for which grant, and what they get.

mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;

use countersign_core::oauth::client::GrantType;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use countersign_core::oauth::scope::Scope;
use serde::Serialize;

pub(crate) use self::issue::login_is_alive;
use crate::Services;
use crate::client_auth::authenticate;

/// A successful response (RFC 6749 §5.1, OIDC Core §3.1.3.3). It holds secrets, hence no `Debug`.
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Its life in seconds.
    pub expires_in: u32,
    /// For the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What the access token allows.
    pub scope: Scope,
}

/// Answers a token request.
pub async fn token(
    services: &Services,
    authorization: Option<&str>,
    form: &Form,
) -> Result<TokenResponse, OAuthError> {
    let client = authenticate(services, authorization, form).await?;
    let Some(grant) = GrantType::from_text(form.require("grant_type")?) else {
        return Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "The grant_type is not supported."));
    };
    let response = match grant {
        GrantType::AuthorizationCode => authorization_code::exchange(services, &client, form).await,
        GrantType::RefreshToken => refresh_token::refresh(services, &client, form).await,
        GrantType::ClientCredentials => client_credentials::issue(services, &client, form),
    };
    let outcome = response.as_ref().map_or_else(|error| error.code().as_str(), |_| "issued");
    metrics::counter!("countersign_tokens_total", "grant" => grant.as_str(), "outcome" => outcome)
        .increment(1);
    response
}

#[cfg(test)]
mod tests;

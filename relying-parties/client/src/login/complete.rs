//! The browser is back: exchange the code, judge the ID token, learn who it is.

use chrono::{DateTime, Utc};
use openidconnect::core::CoreTokenResponse;
use openidconnect::{AuthorizationCode, OAuth2TokenResponse as _, PkceCodeVerifier, TokenResponse as _};

use super::callback::{Callback, Outcome};
use super::id_token::{Expected, Verified, verify};
use super::{LoginError, PendingLogin};
use crate::issuer::Provider;
use crate::tokens::{Tokens, request_failed};
use crate::{Claims, RelyingParty, Secret};

/// Everything a session starts with.
pub(crate) struct Completed {
    pub(crate) claims: Claims,
    pub(crate) tokens: Tokens,
    pub(crate) id_token: Secret,
    pub(crate) issued_at: DateTime<Utc>,
}

impl RelyingParty {
    /// The person's claims and tokens, if every check holds. `pending` has been found by the answer's `state` already.
    pub(crate) async fn complete_login(
        &self,
        callback: Callback,
        pending: &PendingLogin,
    ) -> Result<Completed, LoginError> {
        let provider = self.issuer().provider().await?;
        self.check_issuer(&callback, &provider)?;
        let code = match callback.outcome {
            Outcome::Code(code) => code,
            Outcome::Error { code, description } => return Err(LoginError::Refused { code, description }),
        };
        let response = self.exchange(&provider, &code, pending).await?;
        let verified = self.judge(&provider, &response, pending).await?;
        let claims = self.userinfo(&provider, response.access_token(), Claims::new(verified.claims)).await?;
        let now = self.now();
        Ok(Completed {
            claims,
            tokens: Tokens::from_response(&response, now),
            id_token: verified.token,
            issued_at: now,
        })
    }

    /// RFC 9207 §2.4: an answer that names another issuer, or none where one was announced, is a mix-up.
    fn check_issuer(&self, callback: &Callback, provider: &Provider) -> Result<(), LoginError> {
        let announced = provider.further().authorization_response_iss_parameter_supported;
        match callback.issuer.as_deref() {
            Some(named) if named == self.issuer().identifier() => Ok(()),
            None if !announced => Ok(()),
            _ => Err(LoginError::WrongIssuer),
        }
    }

    async fn exchange(
        &self,
        provider: &Provider,
        code: &Secret,
        pending: &PendingLogin,
    ) -> Result<CoreTokenResponse, LoginError> {
        let client = self.oidc_client(provider)?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .map_err(|error| LoginError::TokenEndpoint(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.pkce_verifier.clone()));
        for (name, value) in self.token_parameters()? {
            request = request.add_extra_param(name, value);
        }
        request
            .request_async(self.issuer().http())
            .await
            .map_err(|error| LoginError::TokenEndpoint(request_failed(&error).to_string()))
    }

    async fn judge(
        &self,
        provider: &Provider,
        response: &CoreTokenResponse,
        pending: &PendingLogin,
    ) -> Result<Verified, LoginError> {
        let token = response.id_token().ok_or_else(|| LoginError::IdToken("missing".to_owned()))?;
        let expected = Expected {
            nonce: Some(&pending.nonce),
            max_age: pending.max_age,
            access_token: response.access_token(),
        };
        verify(self, provider, token, &expected).await
    }
}

//! Sending the browser to the issuer.

use std::time::Duration;

use openidconnect::core::{CoreAuthPrompt, CoreResponseType};
use openidconnect::{
    AuthenticationContextClass, AuthenticationFlow, CsrfToken, LanguageTag, LoginHint, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, Scope,
};
use url::Url;

use super::request::local_path;
use super::{LoginError, LoginRequest, PendingLogin, Prompt};
use crate::RelyingParty;

impl RelyingParty {
    /// The address to send the browser to, and what to remember until it returns.
    pub(crate) async fn begin_login(&self, request: LoginRequest) -> Result<(Url, PendingLogin), LoginError> {
        let provider = self.issuer().provider().await?;
        let pending = self.pending_login(&request)?;
        let client = self.oidc_client(&provider)?;
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        let verifier = PkceCodeVerifier::new(pending.pkce_verifier.clone());
        let mut authorization = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.scopes().map(|scope| Scope::new(scope.to_owned())))
            // RFC 7636 §4.2, method S256.
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for acr in request.acr_values {
            authorization = authorization.add_auth_context_value(AuthenticationContextClass::new(acr));
        }
        for locale in request.ui_locales {
            authorization = authorization.add_ui_locale(LanguageTag::new(locale));
        }
        if let Some(prompt) = request.prompt {
            authorization = authorization.add_prompt(prompt.into());
        }
        if let Some(seconds) = request.max_age {
            authorization = authorization.set_max_age(Duration::from_secs(seconds.into()));
        }
        if let Some(hint) = request.login_hint {
            authorization = authorization.set_login_hint(LoginHint::new(hint));
        }
        if let Some(resource) = self.resource() {
            authorization = authorization.add_extra_param("resource", resource);
        }
        let (url, ..) = authorization.url();
        Ok((url, pending))
    }

    fn pending_login(&self, request: &LoginRequest) -> Result<PendingLogin, LoginError> {
        let random = &self.environment().random;
        Ok(PendingLogin {
            state: random.token()?.expose().to_owned(),
            nonce: random.token()?.expose().to_owned(),
            pkce_verifier: random.token()?.expose().to_owned(),
            next: local_path(&self.config().base_url, request.next.as_deref()),
            max_age: request.max_age,
            begun_at: self.now().timestamp(),
        })
    }
}

impl From<Prompt> for CoreAuthPrompt {
    fn from(prompt: Prompt) -> Self {
        match prompt {
            Prompt::None => Self::None,
            Prompt::Login => Self::Login,
            Prompt::Consent => Self::Consent,
            Prompt::SelectAccount => Self::SelectAccount,
        }
    }
}

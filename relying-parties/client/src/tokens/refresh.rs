//! Renewing a session's tokens: ahead of expiry, once for all who wait.
//!
//! A session's tokens sit behind one lock, held while they are renewed: whoever comes second finds them renewed already. The
//! renewal runs as a task of its own, so that a browser which hangs up does not lose the successor of a rotated refresh token.

use std::sync::Arc;

use openidconnect::core::CoreTokenResponse;
use openidconnect::{AccessToken, OAuth2TokenResponse as _, RefreshToken, TokenResponse as _};
use tokio::sync::OwnedMutexGuard;

use super::{TokenRequestError, Tokens, request_failed};
use crate::issuer::Provider;
use crate::login::verify_renewed;
use crate::session::Session;
use crate::{LoginError, RelyingParty, Secret};

/// Why a session's tokens could not be renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The issuer no longer honours the session: it has ended.
    #[error("the session has ended: {0}")]
    Ended(String),
    /// The issuer cannot be asked at the moment.
    #[error("the issuer cannot be asked: {0}")]
    Unavailable(String),
}

impl RelyingParty {
    /// Makes sure that a session's tokens and claims are current; `now_please` renews even a fresh token.
    pub(crate) async fn keep_fresh(
        &self,
        session: &Arc<Session>,
        now_please: bool,
    ) -> Result<(), RefreshError> {
        let tokens = Arc::clone(&session.tokens).lock_owned().await;
        if !now_please && !tokens.ageing(self.now()) && !tokens.claims_due {
            return Ok(());
        }
        let (party, session) = (self.clone(), Arc::clone(session));
        tokio::spawn(async move { party.renew(&session, tokens, now_please).await })
            .await
            .unwrap_or_else(|error| Err(RefreshError::Unavailable(error.to_string())))
    }

    async fn renew(
        &self,
        session: &Session,
        mut tokens: OwnedMutexGuard<Tokens>,
        now_please: bool,
    ) -> Result<(), RefreshError> {
        let outcome = self.try_renew(session, &mut tokens, now_please).await;
        match outcome {
            // A token that still lives outlasts a short absence of the issuer, but not an unread change of rights.
            Err(RefreshError::Unavailable(reason))
                if !now_please && !tokens.claims_due && !tokens.expired(self.now()) =>
            {
                tracing::warn!(%reason, "tokens not renewed yet, going on with those at hand");
                Ok(())
            }
            other => other,
        }
    }

    async fn try_renew(
        &self,
        session: &Session,
        tokens: &mut Tokens,
        now_please: bool,
    ) -> Result<(), RefreshError> {
        let provider = self.issuer().provider().await.map_err(|error| unavailable(&error))?;
        if now_please || tokens.ageing(self.now()) {
            match tokens.refresh_token.clone() {
                Some(refresh_token) => self.rotate(&provider, session, tokens, &refresh_token).await?,
                None if tokens.expired(self.now()) || now_please => {
                    return Err(RefreshError::Ended("no refresh token".to_owned()));
                }
                None => {}
            }
        }
        if tokens.claims_due {
            self.renew_claims(&provider, session, tokens).await?;
        }
        Ok(())
    }

    /// RFC 6749 §6.
    async fn rotate(
        &self,
        provider: &Provider,
        session: &Session,
        tokens: &mut Tokens,
        refresh_token: &Secret,
    ) -> Result<(), RefreshError> {
        let response = self.request_refresh(provider, refresh_token).await?;
        let mut renewed = Tokens::from_response(&response, self.now());
        renewed.refresh_token = renewed.refresh_token.or_else(|| Some(refresh_token.clone()));
        renewed.claims_due = true;
        *tokens = renewed;
        if let Some(id_token) = response.id_token() {
            let subject = session.claims().subject().to_owned();
            let verified = verify_renewed(self, provider, id_token, response.access_token(), &subject)
                .await
                .map_err(|error| RefreshError::Ended(error.to_string()))?;
            session.renew_id_token(verified);
        }
        Ok(())
    }

    async fn request_refresh(
        &self,
        provider: &Provider,
        refresh_token: &Secret,
    ) -> Result<CoreTokenResponse, RefreshError> {
        let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
        let client = self.oidc_client(provider).map_err(|error| unavailable(&error))?;
        let mut request =
            client.exchange_refresh_token(&refresh_token).map_err(|error| unavailable(&error))?;
        for (name, value) in self.token_parameters().map_err(|error| unavailable(&error))? {
            request = request.add_extra_param(name, value);
        }
        request.request_async(self.issuer().http()).await.map_err(|error| match request_failed(&error) {
            TokenRequestError::Refused { code, .. } if code == "invalid_grant" => RefreshError::Ended(code),
            other => RefreshError::Unavailable(other.to_string()),
        })
    }

    async fn renew_claims(
        &self,
        provider: &Provider,
        session: &Session,
        tokens: &mut Tokens,
    ) -> Result<(), RefreshError> {
        let access_token = AccessToken::new(tokens.access_token.expose().to_owned());
        let current = self
            .userinfo(provider, &access_token, session.base_claims())
            .await
            .map_err(|error: LoginError| unavailable(&error))?;
        session.renew_claims(current);
        tokens.claims_due = false;
        Ok(())
    }
}

fn unavailable(error: &dyn std::error::Error) -> RefreshError {
    RefreshError::Unavailable(error.to_string())
}

//! Logging out from here (RP-Initiated Logout 1.0 §2): first our own session ends, then the browser asks the issuer to end its.

use openidconnect::core::CoreIdToken;
use openidconnect::{ClientId, CsrfToken, LogoutRequest, PostLogoutRedirectUrl};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{LoginError, RelyingParty, Secret};

/// Sealed into a cookie until the browser is back from the issuer.
#[derive(Deserialize, Serialize)]
pub(crate) struct PendingLogout {
    pub(crate) state: String,
}

impl RelyingParty {
    /// The issuer's address for ending its session, and the `state` it will return with; nothing from an issuer that has none.
    pub(crate) async fn begin_logout(
        &self,
        id_token: &Secret,
    ) -> Result<Option<(Url, PendingLogout)>, LoginError> {
        let provider = self.issuer().provider().await?;
        let Some(endpoint) = provider.further().end_session_endpoint.clone() else { return Ok(None) };
        let hint: CoreIdToken = id_token
            .expose()
            .parse()
            .map_err(|_| LoginError::IdToken("cannot be sent as a hint".to_owned()))?;
        let back = PostLogoutRedirectUrl::new(self.config().post_logout_redirect_uri())
            .map_err(|_| LoginError::Malformed("post-logout redirect URI is not an address"))?;
        let state = self.environment().random.token()?.expose().to_owned();
        let url = LogoutRequest::from(endpoint)
            .set_id_token_hint(&hint)
            .set_client_id(ClientId::new(self.config().client_id.clone()))
            .set_post_logout_redirect_uri(back)
            .set_state(CsrfToken::new(state.clone()))
            .http_get_url();
        Ok(Some((url, PendingLogout { state })))
    }
}

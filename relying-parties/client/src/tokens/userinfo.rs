//! Asking userinfo (OIDC Core §5.3).

use openidconnect::core::CoreGenderClaim;
use openidconnect::{AccessToken, AdditionalClaims, SubjectIdentifier, UserInfoClaims, UserInfoError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::issuer::{Provider, chain};
use crate::{Claims, LoginError, RelyingParty};

/// Every claim beyond the standard ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct OtherClaims(Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

impl RelyingParty {
    /// `claims` with what userinfo adds. §5.3.2: an answer about another subject is refused. An issuer without userinfo adds
    /// nothing.
    pub(crate) async fn userinfo(
        &self,
        provider: &Provider,
        access_token: &AccessToken,
        claims: Claims,
    ) -> Result<Claims, LoginError> {
        let client = self.oidc_client(provider)?;
        let subject = SubjectIdentifier::new(claims.subject().to_owned());
        let Ok(request) = client.user_info(access_token.clone(), Some(subject)) else { return Ok(claims) };
        let answer: UserInfoClaims<OtherClaims, CoreGenderClaim> = request
            .request_async(self.issuer().http())
            .await
            .map_err(|error| LoginError::UserInfo(describe(&error)))?;
        match serde_json::to_value(&answer) {
            Ok(Value::Object(newer)) => Ok(claims.updated_with(newer)),
            _ => Err(LoginError::UserInfo("not an object".to_owned())),
        }
    }
}

/// Without the body, which holds personal data.
fn describe<E: std::error::Error + 'static>(error: &UserInfoError<E>) -> String {
    match error {
        UserInfoError::Response(status, _, text) => format!("{text} ({status})"),
        other => chain(other),
    }
}

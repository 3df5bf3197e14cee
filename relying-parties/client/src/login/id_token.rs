//! Judging the ID token (OIDC Core §3.1.3.7).

use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce, NonceVerifier,
    SignatureVerificationError,
};
use serde_json::{Map, Value};

use super::LoginError;
use crate::issuer::Provider;
use crate::{RelyingParty, Secret};

/// Clocks differ by so much at most.
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// An ID token that stood up, and what it says.
pub(crate) struct Verified {
    pub(crate) claims: Map<String, Value>,
    /// For `id_token_hint`.
    pub(crate) token: Secret,
}

/// What this particular ID token must satisfy.
pub(crate) struct Expected<'a> {
    pub(crate) nonce: Option<&'a str>,
    pub(crate) max_age: Option<u32>,
    pub(crate) access_token: &'a AccessToken,
}

/// Verifies; keys are fetched anew once when the token names one we do not know.
pub(crate) async fn verify(
    party: &RelyingParty,
    provider: &Provider,
    token: &CoreIdToken,
    expected: &Expected<'_>,
) -> Result<Verified, LoginError> {
    let first = check(party, provider, token, expected);
    match first {
        Err(Rejected::UnknownKey) => {
            let newer = party.issuer().newer_than(provider).await?;
            check(party, &newer, token, expected)
        }
        other => other,
    }
    .map_err(|rejected| LoginError::IdToken(rejected.to_string()))
}

/// An ID token received with a refresh (OIDC Core §12.2): same issuer, same subject; a nonce only if it is the one it had.
pub(crate) async fn verify_renewed(
    party: &RelyingParty,
    provider: &Provider,
    token: &CoreIdToken,
    access_token: &AccessToken,
    subject: &str,
) -> Result<Verified, LoginError> {
    let expected = Expected { nonce: None, max_age: None, access_token };
    let verified = verify(party, provider, token, &expected).await?;
    if verified.claims.get("sub").and_then(Value::as_str) == Some(subject) {
        Ok(verified)
    } else {
        Err(LoginError::IdToken("refreshed for another subject".to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
enum Rejected {
    #[error("signed with an unknown key")]
    UnknownKey,
    #[error("{0}")]
    Claims(ClaimsVerificationError),
    #[error("{0}")]
    Other(&'static str),
}

impl From<ClaimsVerificationError> for Rejected {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            other => Self::Claims(other),
        }
    }
}

fn check(
    party: &RelyingParty,
    provider: &Provider,
    token: &CoreIdToken,
    expected: &Expected<'_>,
) -> Result<Verified, Rejected> {
    let verifier = verifier(party, provider, expected.max_age)?;
    let claims = token.claims(&verifier, NonceExpected(expected.nonce))?;
    authorized_party(claims, &party.config().client_id)?;
    access_token_hash(token, &verifier, claims, expected.access_token)?;
    let token = Secret::new(token.to_string());
    Ok(Verified { claims: payload(&token).ok_or(Rejected::Other("payload is not an object"))?, token })
}

/// A verifier "for a public client": it knows no client secret, so a token signed with one (HS256) has no way in.
fn verifier<'a>(
    party: &RelyingParty,
    provider: &Provider,
    max_age: Option<u32>,
) -> Result<CoreIdTokenVerifier<'a>, Rejected> {
    let issuer = IssuerUrl::new(party.issuer().identifier().to_owned())
        .map_err(|_| Rejected::Other("issuer is not an address"))?;
    let client_id = ClientId::new(party.config().client_id.clone());
    let clock = party.environment().clock.clone();
    let now = clock.now();
    Ok(CoreIdTokenVerifier::new_public_client(client_id, issuer, provider.oidc_keys().clone())
        .set_allowed_algs(HashSet::from([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EdDsa,
        ]))
        .set_time_fn(move || clock.now())
        .set_issue_time_verifier_fn(move |issued_at| {
            if issued_at > now + SKEW { Err("issued in the future".to_owned()) } else { Ok(()) }
        })
        .set_auth_time_verifier_fn(move |auth_time| young_enough(auth_time, max_age, now)))
}

/// §3.1.2.1: with `max_age` the issuer must say when the person logged in.
fn young_enough(
    auth_time: Option<DateTime<Utc>>,
    max_age: Option<u32>,
    now: DateTime<Utc>,
) -> Result<(), String> {
    match (max_age, auth_time) {
        (None, _) => Ok(()),
        (Some(_), None) => Err("auth_time missing although max_age was asked for".to_owned()),
        (Some(seconds), Some(at)) if now - at <= TimeDelta::seconds(seconds.into()) + SKEW => Ok(()),
        (Some(_), Some(_)) => Err("login is older than max_age".to_owned()),
    }
}

/// Rules 4 and 5: a token for several parties says whom it was issued to, and that is us.
fn authorized_party(claims: &CoreIdTokenClaims, client_id: &str) -> Result<(), Rejected> {
    match claims.authorized_party() {
        Some(party) if party.as_str() != client_id => Err(Rejected::Other("azp is another client")),
        None if claims.audiences().len() > 1 => Err(Rejected::Other("several audiences without azp")),
        _ => Ok(()),
    }
}

/// §3.1.3.8: the access token beside it is the one it was issued with.
fn access_token_hash(
    token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    claims: &CoreIdTokenClaims,
    access_token: &AccessToken,
) -> Result<(), Rejected> {
    let Some(claimed) = claims.access_token_hash() else { return Ok(()) };
    let computed = token
        .signing_alg()
        .and_then(|algorithm| Ok((algorithm, token.signing_key(verifier)?)))
        .map_err(|_| Rejected::UnknownKey)
        .and_then(|(algorithm, key)| {
            AccessTokenHash::from_token(access_token, algorithm, key)
                .map_err(|_| Rejected::Other("at_hash cannot be computed"))
        })?;
    if computed == *claimed {
        Ok(())
    } else {
        Err(Rejected::Other("at_hash does not match the access token"))
    }
}

struct NonceExpected<'a>(Option<&'a str>);

impl NonceVerifier for NonceExpected<'_> {
    fn verify(self, found: Option<&Nonce>) -> Result<(), String> {
        match (self.0, found) {
            (None, _) => Ok(()),
            (Some(expected), Some(found)) if Secret::new(expected).matches(found.secret()) => Ok(()),
            (Some(_), Some(_)) => Err("nonce mismatch".to_owned()),
            (Some(_), None) => Err("nonce missing".to_owned()),
        }
    }
}

/// The claims of a token whose signature has been verified, with none left out.
fn payload(token: &Secret) -> Option<Map<String, Value>> {
    let payload = token.expose().split('.').nth(1)?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

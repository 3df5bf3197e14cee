//! `private_key_jwt`: an assertion that the client signed with its own key, good for one use (RFC 7523 §2.2, §3).

use std::sync::Arc;

use countersign_core::oauth::client::{Client, ClientAuthentication, ClientKeys};
use countersign_core::oauth::client_auth::{ASSERTION_ALGS, Assertion, refused};
use countersign_core::oauth::error::OAuthError;
use countersign_core::secret::TokenHash;
use countersign_store::UsedAssertions;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;

use crate::Services;

/// Keys tried for an assertion without `kid`.
const MOST_KEYS: usize = 8;

/// Longest assertion looked at.
const LONGEST: usize = 8 * 1024;

/// Who an assertion says it is, before anything is proved: it only chooses the keys.
#[derive(Deserialize)]
struct Claimed {
    sub: String,
}

/// The client that made `assertion`. `named` is the `client_id` beside it, if any.
pub(super) async fn verify(
    services: &Services,
    assertion: &str,
    named: Option<&str>,
) -> Result<Arc<Client>, OAuthError> {
    if assertion.len() > LONGEST {
        return Err(refused("assertion: too long"));
    }
    let header = decode_header(assertion).map_err(|_| refused("assertion: no JWT"))?;
    check_header(&header)?;
    let claimed: Claimed = insecure_decode_claims(assertion).map_err(|_| refused("assertion: no sub"))?;
    if named.is_some_and(|named| named != claimed.sub) {
        return Err(refused("assertion: client_id is not its sub"));
    }
    let client = services.clients.get(&claimed.sub).ok_or_else(|| refused("assertion: unknown client"))?;
    let keys = keys_of(services, &client, header.kid.as_deref()).await?;
    let proved: Assertion = prove(assertion, &header, &keys)?;
    let audiences = [services.issuer.as_str().to_owned(), services.issuer.at("/token")];
    let forgettable_at = proved
        .check(&client.client_id, &audiences, services.now(), &services.policy.token)
        .map_err(refused)?;
    use_once(services, &client.client_id, &proved.jti, forgettable_at).await?;
    Ok(client)
}

/// The algorithm is one a client may use; nothing in the header is to be understood that we do not (RFC 7515 §4.1.11).
fn check_header(header: &Header) -> Result<(), OAuthError> {
    let allowed = ASSERTION_ALGS.iter().any(|alg| alg.parse() == Ok(header.alg));
    if allowed && header.crit.is_none() {
        Ok(())
    } else {
        Err(refused("assertion: its header is not acceptable"))
    }
}

async fn keys_of(services: &Services, client: &Client, kid: Option<&str>) -> Result<Arc<JwkSet>, OAuthError> {
    match &client.authentication {
        ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(set) } => {
            let set =
                serde_json::from_value(set.clone()).map_err(|_| refused("assertion: unreadable jwks"))?;
            Ok(Arc::new(set))
        }
        ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::JwksUri(uri) } => {
            services.client_keys.get(services, uri, kid).await.map_err(refused)
        }
        _ => Err(refused("assertion: the client is registered for another method")),
    }
}

fn prove(assertion: &str, header: &Header, keys: &JwkSet) -> Result<Assertion, OAuthError> {
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    keys.keys
        .iter()
        .filter(named)
        .filter(|key| fits(key, header.alg))
        .take(MOST_KEYS)
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .find_map(|key| decode(assertion, &key, &validation).ok())
        .map(|proved| proved.claims)
        .ok_or_else(|| refused("assertion: no key of the client signed it"))
}

/// Whether a key is of the kind that `alg` needs, and meant for signatures. A symmetric key never fits.
fn fits(key: &Jwk, alg: Algorithm) -> bool {
    let kind = match (&key.algorithm, alg) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let common = &key.common;
    let for_alg = common.key_algorithm.is_none_or(|of_key| of_key == KeyAlgorithm::from(alg));
    let for_signatures =
        !matches!(common.public_key_use, Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_)))
            && common
                .key_operations
                .as_ref()
                .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    kind && for_alg && for_signatures
}

/// RFC 7523 §3: the `jti` works once, however many nodes see it at the same time.
async fn use_once(
    services: &Services,
    client_id: &str,
    jti: &str,
    forgettable_at: countersign_core::Timestamp,
) -> Result<(), OAuthError> {
    let used = TokenHash::of(&format!("{client_id}\n{jti}"));
    let tx = services.store.begin().await.map_err(OAuthError::server)?;
    let first =
        UsedAssertions::on(tx.connection()).note(&used, forgettable_at).await.map_err(OAuthError::server)?;
    tx.commit().await.map_err(OAuthError::server)?;
    if first { Ok(()) } else { Err(refused("assertion: used before")) }
}

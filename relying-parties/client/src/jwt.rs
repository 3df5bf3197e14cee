//! Checking a signature with the issuer's keys, for the tokens `openidconnect` knows nothing of: logout tokens and access tokens.
//!
//! The algorithm comes from a short list, and the key must be of that algorithm's kind: `none` and the shared-secret algorithms
//! have no way in (RFC 8725 §3.1).

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Map, Value};

use crate::issuer::{Issuer, IssuerError, Provider};

const ALLOWED: [Algorithm; 4] = [Algorithm::RS256, Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA];
/// No token of the issuer's comes near this.
const LONGEST_TOKEN: usize = 16 * 1024;

/// A token whose signature is the issuer's. Its claims are still to be judged.
pub(crate) struct SignedClaims {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
}

/// Why a token is not the issuer's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignatureError {
    /// Not a compact JWT.
    #[error("not a signed JWT")]
    Malformed,
    /// `none`, a shared-secret algorithm or one we do not speak.
    #[error("algorithm not accepted")]
    Algorithm,
    /// No key of the issuer's fits.
    #[error("no key of the issuer fits")]
    NoKey,
    /// The signature is wrong.
    #[error("signature is wrong")]
    Signature,
    /// The issuer's keys are not known.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
}

/// Verifies the signature, asking the issuer for newer keys when the token names an unknown one.
pub(crate) async fn verify(issuer: &Issuer, token: &str) -> Result<SignedClaims, SignatureError> {
    if token.len() > LONGEST_TOKEN {
        return Err(SignatureError::Malformed);
    }
    let header = read_header(token)?;
    let provider = issuer.provider().await?;
    match verify_with(provider.keys(), &header, token) {
        Err(SignatureError::NoKey) => {
            let newer: Arc<Provider> = issuer.newer_than(&provider).await?;
            verify_with(newer.keys(), &header, token)
        }
        other => other,
    }
    .map(|claims| SignedClaims { header, claims })
}

fn read_header(token: &str) -> Result<Header, SignatureError> {
    // An unknown algorithm (`none` among them) fails to parse; that is a refusal too.
    let header = jsonwebtoken::decode_header(token).map_err(|_| SignatureError::Malformed)?;
    if ALLOWED.contains(&header.alg) { Ok(header) } else { Err(SignatureError::Algorithm) }
}

fn verify_with(keys: &JwkSet, header: &Header, token: &str) -> Result<Map<String, Value>, SignatureError> {
    let mut fitting = keys.keys.iter().filter(|key| fits(key, header)).peekable();
    if fitting.peek().is_none() {
        return Err(SignatureError::NoKey);
    }
    fitting.find_map(|key| decode(key, header.alg, token)).ok_or(SignatureError::Signature)
}

fn decode(key: &Jwk, algorithm: Algorithm, token: &str) -> Option<Map<String, Value>> {
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut signature_only = Validation::new(algorithm);
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    signature_only.required_spec_claims.clear();
    jsonwebtoken::decode(token, &key, &signature_only).ok().map(|data| data.claims)
}

fn fits(key: &Jwk, header: &Header) -> bool {
    let named = header.kid.is_none() || header.kid == key.common.key_id;
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let same_algorithm =
        key.common.key_algorithm.is_none_or(|algorithm| algorithm.to_string() == name(header.alg));
    named && signs && same_algorithm && right_kind(&key.algorithm, header.alg)
}

fn right_kind(parameters: &AlgorithmParameters, algorithm: Algorithm) -> bool {
    match (parameters, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    }
}

fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 => "RS256",
        Algorithm::PS256 => "PS256",
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        _ => "",
    }
}

/// A numeric date (RFC 7519 §2) in whole seconds.
pub(crate) fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[expect(clippy::cast_possible_truncation, reason = "dates beyond i64 are not dates; `as` saturates")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// A claim that is text.
pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// Whether `aud` (one string or a list, RFC 7519 §4.1.3) names `expected`.
pub(crate) fn audience_names(claims: &Map<String, Value>, expected: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(audience)) => audience == expected,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience.as_str() == Some(expected)),
        _ => false,
    }
}

//! Signed tokens, verified as a relying party must.

use anyhow::{Context, Result};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header};
use serde_json::Value;

/// A token whose signature holds.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The JOSE header.
    pub header: Header,
    /// Every claim.
    pub claims: Value,
}

impl Jwt {
    /// A claim that must be text, empty when it is not.
    #[must_use]
    pub fn text(&self, claim: &str) -> &str {
        self.claims.get(claim).and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim that must be a whole number, zero when it is not.
    #[must_use]
    pub fn number(&self, claim: &str) -> i64 {
        self.claims.get(claim).and_then(Value::as_i64).unwrap_or_default()
    }
}

/// Signature by the key that `kid` names, `iss`, `aud` and `exp`.
pub fn verify(token: &str, keys: &JwkSet, issuer: &str, audience: &str) -> Result<Jwt> {
    let header = decode_header(token)?;
    let kid = header.kid.as_deref().context("a token without kid")?;
    let key = keys.find(kid).with_context(|| format!("no key {kid} in the JWKS"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let decoded = decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?;
    Ok(Jwt { header, claims: decoded.claims })
}

/// What a token says, without any check.
pub fn peek(token: &str) -> Result<Value> {
    let part = token.split('.').nth(1).context("not a JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

/// The left half of a SHA-256, as `at_hash` (OpenID Connect Core §3.1.3.6, for every algorithm with a 256-bit hash).
#[must_use]
pub fn half_hash(value: &str) -> String {
    let hash = digest(&SHA256, value.as_bytes());
    let (left, _) = hash.as_ref().split_at(16);
    URL_SAFE_NO_PAD.encode(left)
}

//! A key ready to sign: parsed once, not at every token.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::KeyLife;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Serialize;
use serde_json::{Value, json};

use super::KeyError;

/// A signing key in memory.
pub struct PreparedKey {
    life: KeyLife,
    pair: Pair,
    public: Jwk,
    verifying: DecodingKey,
}

/// The parsed private key.
pub(super) enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Pair {
    /// Reads a PKCS#8 document.
    pub(super) fn parse(alg: SigningAlg, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let parsed = match alg {
            SigningAlg::Rs256 => {
                RsaKeyPair::from_pkcs8(pkcs8).ok().map(|pair| Self::Rsa(pair, &RSA_PKCS1_SHA256))
            }
            SigningAlg::Ps256 => {
                RsaKeyPair::from_pkcs8(pkcs8).ok().map(|pair| Self::Rsa(pair, &RSA_PSS_SHA256))
            }
            SigningAlg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self::Ec)
            }
            SigningAlg::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed),
        };
        parsed.ok_or(KeyError::Material("the private key cannot be read"))
    }

    /// The members of the public JWK that make its thumbprint (RFC 7638 §3.2, RFC 8037 §2), in their required order.
    pub(super) fn public_members(&self) -> Result<Value, KeyError> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Ok(json!({ "e": encode(&public.e), "kty": "RSA", "n": encode(&public.n) }))
            }
            Self::Ec(pair) => match pair.public_key().as_ref().split_first() {
                Some((4, point)) if point.len() == 64 => {
                    let (x, y) = point.split_at(32);
                    Ok(json!({ "crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y) }))
                }
                _ => Err(KeyError::Material("the public point is compressed")),
            },
            Self::Ed(pair) => {
                Ok(json!({ "crv": "Ed25519", "kty": "OKP", "x": encode(pair.public_key().as_ref()) }))
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ec(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Self::Ed(pair) => Some(pair.sign(message).as_ref().to_vec()),
        }
    }
}

impl PreparedKey {
    pub(super) fn new(life: KeyLife, pair: Pair, public_jwk: &str) -> Result<Self, KeyError> {
        let public: Jwk = serde_json::from_str(public_jwk)
            .map_err(|_| KeyError::Material("the public JWK cannot be read"))?;
        let verifying =
            DecodingKey::from_jwk(&public).map_err(|_| KeyError::Material("the public JWK is of no use"))?;
        Ok(Self { life, pair, public, verifying })
    }

    /// Which key, and when it does what.
    #[must_use]
    pub fn life(&self) -> &KeyLife {
        &self.life
    }

    pub(super) fn public(&self) -> &Jwk {
        &self.public
    }

    pub(super) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }

    /// A JWT of `claims` (RFC 7515 §7.1). jsonwebtoken would parse the private key again for every signature, which
    /// costs as much as the signature.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header { typ, alg: self.life.alg.as_str(), kid: &self.life.kid };
        let (mut token, mut json) = (String::with_capacity(1024), Vec::with_capacity(512));
        encode_part(&mut token, &mut json, &header)?;
        token.push('.');
        encode_part(&mut token, &mut json, claims)?;
        let signature = self.pair.sign(token.as_bytes()).ok_or(KeyError::Material("signing failed"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedKey").field("life", &self.life).finish_non_exhaustive()
    }
}

/// What a token says of its signature.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    kid: &'a str,
}

/// Adds `part` to `token`, by way of `json`.
fn encode_part(token: &mut String, json: &mut Vec<u8>, part: &impl Serialize) -> Result<(), KeyError> {
    json.clear();
    serde_json::to_writer(&mut *json, part).map_err(|_| KeyError::Material("claims that are no JSON"))?;
    URL_SAFE_NO_PAD.encode_string(json, token);
    Ok(())
}

/// jsonwebtoken's name of our algorithm.
#[must_use]
pub(super) fn algorithm(alg: SigningAlg) -> Algorithm {
    match alg {
        SigningAlg::Rs256 => Algorithm::RS256,
        SigningAlg::Es256 => Algorithm::ES256,
        SigningAlg::Ps256 => Algorithm::PS256,
        SigningAlg::EdDsa => Algorithm::EdDSA,
    }
}

//! Checkpoints: signed statements of where the chain stood, which leave the machine. Whoever holds them finds out
//! when the trail is cut off behind them or written anew before them.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the chain stood. As JSON, one line of what leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which one, from 1 and without gaps.
    pub number: i64,
    /// Place of the last record that it covers.
    pub seq: i64,
    /// Link of that record, in hexadecimal.
    pub chain: String,
    /// When it was signed, in Unix milliseconds.
    pub at: i64,
    /// The key that signed it.
    pub kid: String,
    /// Ed25519 (RFC 8032), in base64url.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self { number, seq, chain, at, kid, .. } = self;
        format!("countersign audit checkpoint 1\n{number}\n{seq}\n{chain}\n{at}\n{kid}").into_bytes()
    }

    /// Whether one of `keys` signed it.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[CheckpointKey]) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(&self.signature) else { return false };
        keys.iter().any(|key| key.kid == self.kid && key.verifies(&self.signed_bytes(), &signature))
    }
}

/// The public part of a key that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointKey {
    kid: String,
    public: Vec<u8>,
}

impl CheckpointKey {
    /// The key of 32 bytes (RFC 8032 §5.1.5).
    #[must_use]
    pub fn new(public: &[u8]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        // RFC 7638 §3.3 and RFC 8037 §2: the required members alone, in lexicographic order.
        let members = json!({"crv": "Ed25519", "kty": "OKP", "x": x}).to_string();
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()).as_ref());
        Self { kid, public: public.to_vec() }
    }

    /// Reads a JWK, as [`Self::jwk`] writes it. Its `kid` is computed, not believed.
    #[must_use]
    pub fn parse(jwk: &str) -> Option<Self> {
        let jwk: Value = serde_json::from_str(jwk).ok()?;
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        if member("kty") != Some("OKP") || member("crv") != Some("Ed25519") {
            return None;
        }
        let public = URL_SAFE_NO_PAD.decode(member("x")?).ok()?;
        (public.len() == 32).then(|| Self::new(&public))
    }

    /// The key as a JWK (RFC 8037 §2), on one line.
    #[must_use]
    pub fn jwk(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(&self.public);
        json!({"crv": "Ed25519", "kid": self.kid, "kty": "OKP", "use": "sig", "x": x}).to_string()
    }

    /// The key's identifier: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }
}

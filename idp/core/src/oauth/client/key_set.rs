//! A client's public keys, registered with it (RFC 7517 §5): of the kinds that assertions are verified with, strong
//! enough, and nothing but public.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most keys of a set.
const MOST_KEYS: usize = 8;
/// Longest `kid`, in bytes.
const LONGEST_KID: usize = 200;
/// Fewest and most bytes of an RSA modulus: 2048 and 8192 bits.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=1_024;
/// Private members (RFC 7518 §6), of a symmetric key too.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Public keys. What we do not understand of them is not kept (RFC 7517 §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PublicKey {
    #[serde(flatten)]
    material: Material,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
enum Material {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: String, x: String, y: String },
    #[serde(rename = "OKP")]
    Okp { crv: String, x: String },
}

/// Why something is no set of public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFlaw {
    /// Not of the form of RFC 7517, or with a key of a kind that is not verified with.
    #[error("no JWK Set with keys of RSA, P-256 or Ed25519 for signatures")]
    NotAKeySet,
    /// A private or symmetric key: it is nobody's secret any more.
    #[error("a key that is not public")]
    Private,
    /// RSA of less than 2048 bits.
    #[error("an RSA key of less than 2048 bits")]
    Weak,
}

impl KeySet {
    /// Reads a JWK Set.
    pub fn parse(typed: &Value) -> Result<Self, KeySetFlaw> {
        let keys = typed.get("keys").and_then(Value::as_array).ok_or(KeySetFlaw::NotAKeySet)?;
        if keys.is_empty() || keys.len() > MOST_KEYS {
            return Err(KeySetFlaw::NotAKeySet);
        }
        Ok(Self { keys: keys.iter().map(public_key).collect::<Result<_, _>>()? })
    }

    /// As it is stored and shown.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn public_key(typed: &Value) -> Result<PublicKey, KeySetFlaw> {
    let members = typed.as_object().ok_or(KeySetFlaw::NotAKeySet)?;
    if PRIVATE.iter().any(|name| members.contains_key(*name)) {
        return Err(KeySetFlaw::Private);
    }
    let key: PublicKey = serde_json::from_value(typed.clone()).map_err(|_| KeySetFlaw::NotAKeySet)?;
    let named = key.kid.as_ref().is_none_or(|kid| {
        (1..=LONGEST_KID).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let for_signatures = key.usage.as_ref().is_none_or(|usage| usage == "sig");
    let for_alg = key.alg.as_deref().is_none_or(|alg| key.material.algs().contains(&alg));
    if !(named && for_signatures && for_alg) {
        return Err(KeySetFlaw::NotAKeySet);
    }
    key.material.check()?;
    Ok(key)
}

impl Material {
    /// The algorithms that it verifies.
    fn algs(&self) -> &'static [&'static str] {
        match self {
            Self::Rsa { .. } => &["RS256", "PS256"],
            Self::Ec { .. } => &["ES256"],
            Self::Okp { .. } => &["EdDSA"],
        }
    }

    fn check(&self) -> Result<(), KeySetFlaw> {
        let fits = match self {
            Self::Rsa { n, e } => {
                let modulus = length(n).ok_or(KeySetFlaw::NotAKeySet)?;
                if modulus < *RSA_MODULUS.start() {
                    return Err(KeySetFlaw::Weak);
                }
                RSA_MODULUS.contains(&modulus) && length(e).is_some_and(|bytes| (1..=4).contains(&bytes))
            }
            Self::Ec { crv, x, y } => crv == "P-256" && length(x) == Some(32) && length(y) == Some(32),
            Self::Okp { crv, x } => crv == "Ed25519" && length(x) == Some(32),
        };
        if fits { Ok(()) } else { Err(KeySetFlaw::NotAKeySet) }
    }
}

/// How many bytes a member has.
fn length(member: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(member).ok().map(|bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bytes(count: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0xA5; count])
    }

    fn set(key: Value) -> Value {
        Value::Object([("keys".to_owned(), Value::Array(vec![key]))].into_iter().collect())
    }

    #[test]
    fn public_keys_are_kept_as_they_are_understood() {
        let keys = [
            json!({ "kty": "RSA", "n": bytes(256), "e": "AQAB", "kid": "1", "use": "sig", "alg": "PS256" }),
            json!({ "kty": "EC", "crv": "P-256", "x": bytes(32), "y": bytes(32) }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": bytes(32), "kid": "3" }),
        ];
        let typed = json!({ "keys": keys });
        let read = KeySet::parse(&typed).unwrap();
        assert_eq!(read.to_value(), typed);
        assert_eq!(serde_json::from_value::<KeySet>(typed).unwrap(), read);
        let mut more = keys[0].clone();
        more["x5c"] = json!(["MII"]);
        assert_eq!(KeySet::parse(&set(more)).unwrap().to_value(), set(keys[0].clone()));
    }

    #[test]
    fn what_is_not_public_strong_and_for_signatures_is_refused() {
        use KeySetFlaw::{NotAKeySet, Private, Weak};
        let ec = |member: &str, value: &str| {
            let mut key = json!({ "kty": "EC", "crv": "P-256", "x": bytes(32), "y": bytes(32) });
            key[member] = value.into();
            set(key)
        };
        let cases = [
            (json!({}), NotAKeySet),
            (json!([]), NotAKeySet),
            (json!({ "keys": [] }), NotAKeySet),
            (json!({ "keys": "x" }), NotAKeySet),
            (set(json!("x")), NotAKeySet),
            (json!({ "keys": vec![ec("kid", "1")["keys"][0].clone(); 9] }), NotAKeySet),
            (set(json!({ "kty": "oct", "k": "AAAA" })), Private),
            (set(json!({ "kty": "oct" })), NotAKeySet),
            (ec("d", "AAAA"), Private),
            (ec("crv", "P-384"), NotAKeySet),
            (ec("x", &bytes(31)), NotAKeySet),
            (ec("x", "not base64!"), NotAKeySet),
            (ec("use", "enc"), NotAKeySet),
            (ec("alg", "RS256"), NotAKeySet),
            (ec("alg", "none"), NotAKeySet),
            (ec("kid", ""), NotAKeySet),
            (ec("kid", &"k".repeat(201)), NotAKeySet),
            (set(json!({ "kty": "RSA", "n": bytes(128), "e": "AQAB" })), Weak),
            (set(json!({ "kty": "RSA", "n": bytes(4_096), "e": "AQAB" })), NotAKeySet),
            (set(json!({ "kty": "OKP", "crv": "X25519", "x": bytes(32) })), NotAKeySet),
        ];
        for (typed, flaw) in cases {
            assert_eq!(KeySet::parse(&typed), Err(flaw), "{typed}");
        }
    }
}

//! Real keys, and the ways to misuse them.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    encoding: EncodingKey,
    jwk: Value,
}

/// How a signature is wrong.
#[derive(Clone, Default)]
pub(crate) enum Forge {
    #[default]
    No,
    /// `"alg": "none"`, no signature.
    None,
    /// HS256 with these bytes as the shared secret.
    Hs256(Vec<u8>),
    /// The signature of other claims.
    Damaged,
    /// Another `typ`.
    Typ(&'static str),
}

impl Key {
    pub(crate) fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        Self::new(kid, Algorithm::ES256, EncodingKey::from_ec_der(der.as_ref()))
    }

    pub(crate) fn rsa(kid: &str, algorithm: Algorithm) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = pair.as_der().unwrap();
        Self::new(kid, algorithm, EncodingKey::from_rsa_pem(pem(der.as_ref()).as_bytes()).unwrap())
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"});
        Self {
            kid: kid.into(),
            algorithm: Algorithm::EdDSA,
            encoding: EncodingKey::from_ed_der(der.as_ref()),
            jwk,
        }
    }

    fn new(kid: &str, algorithm: Algorithm, encoding: EncodingKey) -> Self {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&encoding, algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid: kid.into(), algorithm, encoding, jwk }
    }

    /// As published.
    pub(crate) fn jwk(&self) -> &Value {
        &self.jwk
    }

    pub(crate) fn sign(&self, typ: &str, claims: &Value, forge: &Forge) -> String {
        let mut header = Header::new(self.algorithm);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        match forge {
            Forge::No => jsonwebtoken::encode(&header, claims, &self.encoding).unwrap(),
            Forge::Typ(typ) => {
                header.typ = Some((*typ).to_owned());
                jsonwebtoken::encode(&header, claims, &self.encoding).unwrap()
            }
            Forge::Hs256(secret) => {
                header.alg = Algorithm::HS256;
                jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
            }
            Forge::None => {
                let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(&json!({"alg": "none", "typ": typ})), part(claims))
            }
            Forge::Damaged => {
                let right = jsonwebtoken::encode(&header, claims, &self.encoding).unwrap();
                let other = jsonwebtoken::encode(&header, &json!({"other": 1}), &self.encoding).unwrap();
                let (message, _) = right.rsplit_once('.').unwrap();
                let (_, signature) = other.rsplit_once('.').unwrap();
                format!("{message}.{signature}")
            }
        }
    }

    /// The public key's coordinates or modulus, as an attacker would take them for an HS256 secret.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        self.jwk.to_string().into_bytes()
    }
}

/// A fresh P-256 private key in PEM, and its public JWK.
pub(crate) fn client_key() -> (String, Jwk) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let der = pair.to_pkcs8v1().unwrap();
    let jwk = Jwk::from_encoding_key(&EncodingKey::from_ec_der(der.as_ref()), Algorithm::ES256).unwrap();
    (pem(der.as_ref()), jwk)
}

fn pem(der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

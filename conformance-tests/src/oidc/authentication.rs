//! Client authentication: RFC 6749 §2.3.1 with a secret, RFC 7523 §2.2 with a signed assertion, or none.

use anyhow::{Context, Result, bail};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};
use url::form_urlencoded::byte_serialize;

use crate::ambient::{now, random};
use crate::credentials::Client;

/// `client_assertion_type` of RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a request says which client it is from.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// `client_secret_basic`.
    Basic(String, String),
    /// `client_secret_post`.
    Post(String, String),
    /// `private_key_jwt`, with the finished assertion.
    Assertion(String),
    /// `none`: only the `client_id`.
    Public(String),
    /// Nothing at all.
    Absent,
}

impl Authentication {
    /// The one that a client is registered with.
    pub fn registered(issuer: &str, client: &Client) -> Result<Self> {
        let id = client.client_id.clone();
        let secret = || client.client_secret.clone().context("no client_secret");
        Ok(match client.token_endpoint_auth_method.as_str() {
            "client_secret_basic" => Self::Basic(id, secret()?),
            "client_secret_post" => Self::Post(id, secret()?),
            "private_key_jwt" => Self::Assertion(Assertion::new(issuer, client)?.sign()?),
            "none" => Self::Public(id),
            other => bail!("{id} authenticates by {other:?}"),
        })
    }

    /// Adds itself to a request: to the header, or to the form.
    pub fn apply(&self, request: RequestBuilder, form: &mut Vec<(String, String)>) -> RequestBuilder {
        let mut add = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
        match self {
            Self::Basic(id, secret) => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                return request.basic_auth(encoded(id), Some(encoded(secret)));
            }
            Self::Post(id, secret) => {
                add("client_id", id);
                add("client_secret", secret);
            }
            Self::Assertion(assertion) => {
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", assertion);
            }
            Self::Public(id) => add("client_id", id),
            Self::Absent => {}
        }
        request
    }
}

/// A client assertion (RFC 7523 §3): right as it is made, and as wrong as a test makes it.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The JOSE header.
    pub header: Header,
    claims: Map<String, Value>,
    key: EncodingKey,
}

impl Assertion {
    /// For this issuer, signed by the client's own key, valid for a minute.
    pub fn new(issuer: &str, client: &Client) -> Result<Self> {
        let pem = client.private_key_pem.as_deref().context("no private_key_pem")?;
        let (algorithm, key) = key(pem)?;
        let claims = [
            ("iss", json!(client.client_id)),
            ("sub", json!(client.client_id)),
            ("aud", json!(issuer)),
            ("jti", json!(random(16)?)),
            ("iat", json!(now())),
            ("exp", json!(now() + 60)),
        ];
        let claims = claims.map(|(name, value)| (name.to_owned(), value));
        Ok(Self { header: Header::new(algorithm), claims: claims.into_iter().collect(), key })
    }

    /// With this claim instead.
    #[must_use]
    pub fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims.insert(claim.to_owned(), value);
        self
    }

    /// Without this claim.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    /// Signed by another key.
    #[must_use]
    pub fn signed_by(mut self, algorithm: Algorithm, key: EncodingKey) -> Self {
        self.header.alg = algorithm;
        self.key = key;
        self
    }

    /// The compact form.
    pub fn sign(&self) -> Result<String> {
        Ok(encode(&self.header, &self.claims, &self.key)?)
    }
}

/// A PKCS #8 key of whichever kind, with the algorithm it signs by.
pub fn key(pem: &str) -> Result<(Algorithm, EncodingKey)> {
    let bytes = pem.as_bytes();
    let found = EncodingKey::from_ec_pem(bytes)
        .map(|key| (Algorithm::ES256, key))
        .or_else(|_| EncodingKey::from_rsa_pem(bytes).map(|key| (Algorithm::RS256, key)))
        .or_else(|_| EncodingKey::from_ed_pem(bytes).map(|key| (Algorithm::EdDSA, key)));
    found.context("a private key of no known kind")
}

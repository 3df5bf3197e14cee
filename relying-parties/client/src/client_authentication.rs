//! How we prove at the token endpoint which client we are (OIDC Core §9).

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Random, RandomError, Secret};

/// An assertion is used at once; a minute leaves room for clocks that differ.
const ASSERTION_SECONDS: i64 = 60;

/// RFC 7521 §4.2.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client's credentials.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientAuthentication {
    /// A shared secret in the `Authorization` header (RFC 6749 §2.3.1).
    ClientSecretBasic {
        /// The secret.
        client_secret: Secret,
    },
    /// An assertion signed with ES256 (RFC 7523 §2.2).
    PrivateKeyJwt {
        /// A P-256 private key, PKCS#8 in PEM.
        private_key_pem: Secret,
        /// The `kid` under which the issuer knows the public key.
        #[serde(default)]
        key_id: Option<String>,
    },
}

/// Credentials made ready: keys parsed.
pub(crate) enum Authenticator {
    SharedSecret(Secret),
    Assertion(Box<Signer>),
}

pub(crate) struct Signer {
    key: EncodingKey,
    key_id: Option<String>,
}

/// Why an assertion could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error("the assertion could not be signed: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// The claims of RFC 7523 §3.
#[derive(Serialize)]
struct AssertionClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

impl ClientAuthentication {
    pub(crate) fn prepare(&self) -> Result<Authenticator, ConfigError> {
        match self {
            Self::ClientSecretBasic { client_secret } => {
                Ok(Authenticator::SharedSecret(client_secret.clone()))
            }
            Self::PrivateKeyJwt { private_key_pem, key_id } => {
                let key = EncodingKey::from_ec_pem(private_key_pem.expose().as_bytes())
                    .map_err(|_| ConfigError::PrivateKey)?;
                Ok(Authenticator::Assertion(Box::new(Signer { key, key_id: key_id.clone() })))
            }
        }
    }
}

impl Signer {
    /// A fresh assertion for one request. `audience` is the issuer identifier: naming the issuer alone keeps an assertion from
    /// being replayed at another server.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: DateTime<Utc>,
        random: &Random,
    ) -> Result<Secret, AssertionError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid.clone_from(&self.key_id);
        let jti = random.token()?;
        let claims = AssertionClaims {
            iss: client_id,
            sub: client_id,
            aud: audience,
            jti: jti.expose(),
            iat: now.timestamp(),
            exp: now.timestamp() + ASSERTION_SECONDS,
        };
        Ok(Secret::new(jsonwebtoken::encode(&header, &claims, &self.key)?))
    }
}

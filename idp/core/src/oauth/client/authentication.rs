//! How a client proves who it is.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::secret::TokenHash;

/// `token_endpoint_auth_method`, with what it is checked against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// The secret in the Authorization header (RFC 6749 §2.3.1).
    ClientSecretBasic {
        /// Keyed hash of the secret.
        secret_hash: TokenHash,
    },
    /// The secret in the form (RFC 6749 §2.3.1).
    ClientSecretPost {
        /// Keyed hash of the secret.
        secret_hash: TokenHash,
    },
    /// An assertion signed with the client's own key (RFC 7523 §2.2).
    PrivateKeyJwt {
        /// Where its public keys are.
        keys: ClientKeys,
    },
    /// Nothing: a public client.
    None,
}

impl ClientAuthentication {
    /// The method as written.
    #[must_use]
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::ClientSecretBasic { .. } => AuthMethod::ClientSecretBasic,
            Self::ClientSecretPost { .. } => AuthMethod::ClientSecretPost,
            Self::PrivateKeyJwt { .. } => AuthMethod::PrivateKeyJwt,
            Self::None => AuthMethod::None,
        }
    }

    /// The keyed hash of its secret, where it has one.
    #[must_use]
    pub fn secret_hash(&self) -> Option<&TokenHash> {
        match self {
            Self::ClientSecretBasic { secret_hash } | Self::ClientSecretPost { secret_hash } => {
                Some(secret_hash)
            }
            Self::PrivateKeyJwt { .. } | Self::None => None,
        }
    }

    /// The same method with another secret, where it has one.
    #[must_use]
    pub fn with_secret(&self, secret_hash: TokenHash) -> Self {
        match self {
            Self::ClientSecretBasic { .. } => Self::ClientSecretBasic { secret_hash },
            Self::ClientSecretPost { .. } => Self::ClientSecretPost { secret_hash },
            other @ (Self::PrivateKeyJwt { .. } | Self::None) => other.clone(),
        }
    }
}

/// `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// RFC 6749 §2.3.1.
    ClientSecretBasic,
    /// RFC 6749 §2.3.1.
    ClientSecretPost,
    /// RFC 7523 §2.2.
    PrivateKeyJwt,
    /// Public clients.
    None,
}

impl AuthMethod {
    /// Whether it is proved by a secret that both sides know.
    #[must_use]
    pub fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// Every method: `token_endpoint_auth_methods_supported`.
    pub const ALL: [Self; 4] =
        [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The method as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// Where a client's public keys are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    /// `jwks`: a JWK Set, registered with the client (RFC 7517 §5).
    Jwks(serde_json::Value),
    /// `jwks_uri`: fetched.
    JwksUri(Url),
}

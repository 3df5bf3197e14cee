//! Values that must not be seen: they do not print, and are wiped when dropped.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Entropy, EntropyExt};

/// A text that must not be seen: a password, a one-time password, a client secret.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Takes custody of `secret`.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself. Every call site is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Equality in time that depends on the lengths alone.
    #[must_use]
    pub fn same_as(&self, other: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl From<String> for SecretString {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(…)")
    }
}

/// An unguessable bearer value of 256 random bits, written `prefix_random` so that leak scanners know it.
#[derive(Clone)]
pub struct OpaqueToken(Zeroizing<String>);

impl OpaqueToken {
    /// Draws a fresh token.
    #[must_use]
    pub fn generate(prefix: TokenPrefix, entropy: &dyn Entropy) -> Self {
        let random = Zeroizing::new(entropy.bytes::<32>());
        Self(Zeroizing::new(format!("{}_{}", prefix.as_str(), URL_SAFE_NO_PAD.encode(*random))))
    }

    /// The token as it is handed to its bearer, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for OpaqueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpaqueToken(…)")
    }
}

/// What an opaque token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPrefix {
    /// Authorization code.
    Code,
    /// Refresh token.
    Refresh,
    /// A session at the issuer, in the browser's cookie.
    Session,
    /// A browser that visits the login pages.
    Browser,
    /// A login under way, from its first right factor on.
    Flow,
    /// A client secret.
    ClientSecret,
    /// An enrolment code's link.
    Enrolment,
}

impl TokenPrefix {
    /// The prefix as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "csc",
            Self::Refresh => "csr",
            Self::Session => "css",
            Self::Browser => "csb",
            Self::Flow => "csf",
            Self::ClientSecret => "csk",
            Self::Enrolment => "cse",
        }
    }
}

/// The SHA-256 of an unguessable value, in base64url: what the database holds instead of it. A plain hash is
/// enough for 256 random bits; anything a person types is hashed with a key or with Argon2 instead.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash of a presented value.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, presented.as_bytes()).as_ref()))
    }

    /// A hash computed elsewhere (a keyed one), or read from the database.
    #[must_use]
    pub fn from_stored(encoded: String) -> Self {
        Self(encoded)
    }

    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equality in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

//! What only we may read or recognise: sealed values and keyed hashes, all from one master key.
//!
//! Each [`Purpose`] has keys of its own, derived by HKDF, so that a value sealed for one use is noise to another.
//! A seal is AES-256-GCM with a random nonce: `base64url(nonce ‖ ciphertext ‖ tag)`.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::secret::TokenHash;
use countersign_core::{Entropy, EntropyExt as _};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;

/// The one key that everything else is derived from: 32 bytes from a file or the environment.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Takes custody of a key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 32 bytes in base64url or base64, as `openssl rand -base64 32` prints them.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let standard = base64::engine::general_purpose::STANDARD.decode(text.trim());
        let bytes =
            standard.or_else(|_| URL_SAFE_NO_PAD.decode(text.trim())).map_err(|_| InvalidMasterKey)?;
        Ok(Self::new(Zeroizing::new(bytes).as_slice().try_into().map_err(|_| InvalidMasterKey)?))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The text is no master key.
#[derive(Debug, thiserror::Error)]
#[error("the master key must be 32 bytes in base64, as `openssl rand -base64 32` prints them")]
pub struct InvalidMasterKey;

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident => $label:literal),* $(,)?) => {
        /// What a sealed value or keyed hash is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Purpose {
            $($(#[$doc])* $name),*
        }

        impl Purpose {
            /// Every purpose; written by the same list as the purposes, so that none can be without keys.
            const ALL: &[Self] = &[$(Self::$name),*];

            fn label(self) -> &'static [u8] {
                match self {
                    $(Self::$name => $label),*
                }
            }
        }
    };
}

purposes! {
    /// An interaction travelling through the browser.
    Interaction => b"countersign interaction",
    /// State of the login pages before the first right factor.
    LoginState => b"countersign login state",
    /// The user IDs that have logged in from a browser.
    KnownBrowser => b"countersign known browser",
    /// The token in our forms.
    Csrf => b"countersign csrf",
    /// TOTP secrets at rest.
    SoftToken => b"countersign soft token",
    /// Which browser a session is in, for telling two apart.
    SessionBrowser => b"countersign session browser",
    /// Private signing keys at rest.
    SigningKey => b"countersign signing key",
    /// Mail waiting to be sent.
    Outbox => b"countersign outbox",
    /// A refresh token's successor, for the retry after a lost response.
    RefreshSuccessor => b"countersign refresh successor",
    /// Client secrets at rest.
    ClientSecret => b"countersign client secret",
    /// One-time passwords sent by email, at rest.
    EmailOtp => b"countersign email otp",
    /// Enrolment codes at rest.
    EnrolmentCode => b"countersign enrolment code",
    /// Approval codes, which are derived and stand nowhere.
    ApprovalCode => b"countersign approval code",
    /// Counter keys: who is counted does not stand in the table.
    Counter => b"countersign counter",
    /// The writer's proof on audit records.
    AuditRecord => b"countersign audit record",
    /// Private keys that sign audit checkpoints, at rest.
    AuditKey => b"countersign audit key",
    /// Secrets that approved requests made, until they are shown.
    RequestSecret => b"countersign request secret",
    /// Answers of the management API, for whoever repeats a request.
    RepeatedAnswer => b"countersign repeated answer",
    /// Pairwise subject identifiers (OIDC Core §8.1).
    PairwiseSubject => b"countersign pairwise subject",
}

/// Opened bytes, wiped when dropped.
pub type Unsealed = Zeroizing<Vec<u8>>;

/// Seals, opens, and hashes with keys of its own for every purpose.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<[PurposeKeys]>,
    entropy: Arc<dyn Entropy>,
}

struct PurposeKeys {
    purpose: Purpose,
    seal: LessSafeKey,
    hash: hmac::Key,
}

impl Vault {
    /// Derives every key from `master`.
    ///
    /// # Errors
    /// When the cryptographic library refuses, which it has no reason to.
    pub fn new(master: &MasterKey, entropy: Arc<dyn Entropy>) -> Result<Self, VaultError> {
        let root = Salt::new(HKDF_SHA256, b"countersign vault 1").extract(master.0.as_slice());
        let keys = Purpose::ALL.iter().map(|purpose| PurposeKeys::derive(&root, *purpose));
        Ok(Self { keys: keys.collect::<Result<Vec<_>, _>>()?.into(), entropy })
    }

    /// Seals `plain` so that only the same purpose and the same `bound_to` open it.
    ///
    /// # Errors
    /// When `plain` is too long to encrypt.
    pub fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &[u8]) -> Result<String, VaultError> {
        let nonce: [u8; NONCE_BYTES] = self.entropy.bytes();
        let mut sealed = Zeroizing::new(plain.to_vec());
        let tag = self
            .keys(purpose)?
            .seal
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut sealed)
            .map_err(|_| VaultError)?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), sealed.as_slice(), tag.as_ref()].concat()))
    }

    /// Opens what [`Self::seal`] made; `None` for anything else, whatever is wrong with it.
    #[must_use]
    pub fn open(&self, purpose: Purpose, bound_to: &[u8], sealed: &str) -> Option<Unsealed> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE_BYTES)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let keys = self.keys(purpose).ok()?;
        let length = keys.seal.open_in_place(nonce, Aad::from(bound_to), &mut buffer).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }

    /// A hash that nobody without the master key can compute: for what people can guess (OTPs, user IDs).
    /// The parts are length-prefixed, so that moving a character between them changes the hash.
    #[must_use]
    pub fn keyed_hash(&self, purpose: Purpose, parts: &[&[u8]]) -> TokenHash {
        TokenHash::from_stored(URL_SAFE_NO_PAD.encode(self.keyed_bytes(purpose, parts)))
    }

    /// The bytes of [`Self::keyed_hash`]: for what is derived from them rather than compared.
    #[must_use]
    pub fn keyed_bytes(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let Ok(keys) = self.keys(purpose) else {
            // Cannot be; and if it were, nothing may ever equal this.
            return self.entropy.bytes();
        };
        let mut context = hmac::Context::with_key(&keys.hash);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().unwrap_or_else(|_| self.entropy.bytes())
    }

    fn keys(&self, purpose: Purpose) -> Result<&PurposeKeys, VaultError> {
        self.keys.iter().find(|keys| keys.purpose == purpose).ok_or(VaultError)
    }
}

impl PurposeKeys {
    fn derive(root: &Prk, purpose: Purpose) -> Result<Self, VaultError> {
        let seal = expand(root, &[purpose.label(), b" seal"])?;
        let hash = expand(root, &[purpose.label(), b" hash"])?;
        let seal = UnboundKey::new(&AES_256_GCM, seal.as_slice()).map_err(|_| VaultError)?;
        Ok(Self {
            purpose,
            seal: LessSafeKey::new(seal),
            hash: hmac::Key::new(hmac::HMAC_SHA256, hash.as_slice()),
        })
    }
}

struct ThirtyTwoBytes;

impl KeyType for ThirtyTwoBytes {
    fn len(&self) -> usize {
        32
    }
}

fn expand(root: &Prk, info: &[&[u8]]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    let okm = root.expand(info, ThirtyTwoBytes).map_err(|_| VaultError)?;
    okm.fill(key.as_mut_slice()).map_err(|_| VaultError)?;
    Ok(key)
}

/// The cryptographic library refused.
#[derive(Debug, thiserror::Error)]
#[error("sealing failed")]
pub struct VaultError;

#[cfg(test)]
mod tests;

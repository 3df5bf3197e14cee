//! The keys of this node, in memory. Signing, verifying and publishing touch no database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use countersign_core::Timestamp;
use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::KeyState;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::generate::NewKey;
use super::signer::algorithm;
use super::{KeyError, PreparedKey};

/// Holds the present [`Ring`], which is replaced whole, and keys that were made ahead.
#[derive(Default)]
pub struct Keyring {
    present: RwLock<Arc<Ring>>,
    spares: Mutex<HashMap<SigningAlg, NewKey>>,
}

impl Keyring {
    /// The present ring.
    #[must_use]
    pub fn current(&self) -> Arc<Ring> {
        Arc::clone(&self.present.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, ring: Ring) {
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Keeps a key that nobody knows yet.
    pub(super) fn put_spare(&self, alg: SigningAlg, spare: NewKey) {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner).insert(alg, spare);
    }

    /// A key for `alg` that nobody knows yet, if one was kept.
    pub(super) fn take_spare(&self, alg: SigningAlg) -> Option<NewKey> {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner).remove(&alg)
    }

    /// A JWT of `claims`, signed with the active key for `alg`.
    pub fn sign(
        &self,
        alg: SigningAlg,
        typ: &str,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, KeyError> {
        let ring = self.current();
        ring.active(alg, now).ok_or(KeyError::NoneActive(alg.as_str()))?.sign(typ, claims)
    }
}

/// Every key this node knows.
#[derive(Debug, Default)]
pub struct Ring {
    keys: Vec<Arc<PreparedKey>>,
    version: i64,
    jwks: Arc<str>,
}

impl Ring {
    pub(super) fn new(keys: Vec<Arc<PreparedKey>>, version: i64, now: Timestamp) -> Result<Self, KeyError> {
        let published = keys.iter().filter(|key| key.life().state(now) != KeyState::Removed);
        let set = JwkSet { keys: published.map(|key| key.public().clone()).collect::<Vec<Jwk>>() };
        let jwks = serde_json::to_string(&set).map_err(|_| KeyError::Material("the JWK set is no JSON"))?;
        Ok(Self { keys, version, jwks: jwks.into() })
    }

    /// Which change of the keys it was loaded after.
    pub(super) fn version(&self) -> i64 {
        self.version
    }

    pub(super) fn find(&self, kid: &str) -> Option<&Arc<PreparedKey>> {
        self.keys.iter().find(|key| key.life().kid == kid)
    }

    /// The key that signs with `alg` at `now`.
    #[must_use]
    pub fn active(&self, alg: SigningAlg, now: Timestamp) -> Option<&PreparedKey> {
        let of_alg = self.keys.iter().filter(|key| key.life().alg == alg);
        of_alg.map(Arc::as_ref).find(|key| key.life().state(now) == KeyState::Active)
    }

    /// The published keys as a JWK Set (RFC 7517 §5), ready to be sent.
    #[must_use]
    pub fn jwks(&self) -> Arc<str> {
        Arc::clone(&self.jwks)
    }

    /// The claims of a JWT that one of our keys signed as `typ` by one of `algs`. The key says by which algorithm, never
    /// the token. Issuer, audience and times are the caller's to judge.
    #[must_use]
    pub fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        typ: &str,
        algs: &[SigningAlg],
        now: Timestamp,
    ) -> Option<C> {
        let header = decode_header(token).ok()?;
        let key = self.find(header.kid.as_deref()?)?;
        let life = key.life();
        let proper = header.alg == algorithm(life.alg)
            && algs.contains(&life.alg)
            && life.state(now) != KeyState::Removed
            && header.crit.is_none()
            && header.typ.is_some_and(|given| given.eq_ignore_ascii_case(typ));
        if !proper {
            return None;
        }
        let mut validation = Validation::new(algorithm(life.alg));
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode(token, key.verifying(), &validation).ok().map(|data| data.claims)
    }
}

//! Rotation: the schedule says what is due, and of all nodes that see it, one does it.

use std::sync::Arc;

use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::{KeyLife, KeyState, KeyStep, due};
use countersign_core::{Timestamp, to_millis};
use countersign_store::{SigningKeys, StoredKey, Tx, Versioned, Versions};
use serde_json::json;

use super::generate::{NewKey, generate};
use super::signer::Pair;
use super::{KeyError, PreparedKey, Ring};
use crate::{Purpose, Services, audit};

/// A node that loses to another looks again; whoever loses this often has a different problem.
const ATTEMPTS: usize = 5;

/// Loads what other nodes rotated, and rotates what is due. For the start of a node and, every
/// `policy.keys.refresh_seconds`, for a job.
pub async fn maintain(services: &Services) -> Result<(), KeyError> {
    for _ in 0..ATTEMPTS {
        let version = Versions::on(services.store.read()).get(Versioned::SigningKeys).await?;
        let stored = SigningKeys::on(services.store.read()).all().await?;
        let lives: Vec<KeyLife> = stored.iter().map(|key| key.life.clone()).collect();
        let steps = due(&lives, &services.policy.keys, services.now());
        if steps.is_empty() {
            return load(services, &stored, version);
        }
        rotate(services, version, steps).await?;
    }
    Err(KeyError::Material("the schedule does not settle"))
}

/// Loads the keys if another node has changed them. While none has, it costs one look at one number.
pub async fn follow(services: &Services) -> Result<(), KeyError> {
    let version = Versions::on(services.store.read()).get(Versioned::SigningKeys).await?;
    if version == services.keyring.current().version() {
        return Ok(());
    }
    let stored = SigningKeys::on(services.store.read()).all().await?;
    load(services, &stored, version)
}

/// Takes the steps, if no other node has done so since `version` was read.
async fn rotate(services: &Services, version: i64, steps: Vec<KeyStep>) -> Result<(), KeyError> {
    // Keys are made before the transaction begins: nobody waits for primes.
    let mut prepared = Vec::new();
    for step in steps {
        let key = match &step {
            KeyStep::Add { alg, .. } => Some(generate(*alg).await?),
            _ => None,
        };
        prepared.push((step, key));
    }
    let tx = services.store.begin().await?;
    if !Versions::on(tx.connection()).advance_from(Versioned::SigningKeys, version).await? {
        return Ok(());
    }
    for (step, key) in prepared {
        take(services, &tx, step, key).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn take(services: &Services, tx: &Tx, step: KeyStep, key: Option<NewKey>) -> Result<(), KeyError> {
    let keys = SigningKeys::on(tx.connection());
    match (step, key) {
        (KeyStep::Add { alg, activates_at, replaces, replaced_removed_at }, Some(new)) => {
            if let Some(kid) = replaces {
                keys.retire(&kid, activates_at, replaced_removed_at).await?;
            }
            let private_sealed = services
                .vault
                .seal(Purpose::SigningKey, new.kid.as_bytes(), &new.pkcs8)
                .map_err(|_| KeyError::Material("sealing failed"))?;
            tracing::info!(kid = new.kid, alg = alg.as_str(), %activates_at, "signing key added");
            let life = KeyLife { kid: new.kid, alg, activates_at, retires_at: None, removed_at: None };
            let created_at = services.now();
            let added = json!({"alg": life.alg.as_str(), "activates_at": to_millis(life.activates_at)});
            audit::append(services, tx, entry(Action::KeyAdded, &life.kid).after(added)).await?;
            keys.add(&StoredKey { life, public_jwk: new.public_jwk, private_sealed, created_at }).await?;
        }
        (KeyStep::Remove { kid }, _) => {
            keys.remove(&kid).await?;
            audit::append(services, tx, entry(Action::KeyRemoved, &kid)).await?;
            tracing::info!(kid, "signing key removed");
        }
        (KeyStep::Activate { kid, at }, _) => {
            keys.activate(&kid, at).await?;
            tracing::info!(kid, %at, "signing key signs before its time");
        }
        (KeyStep::Retire { kid, at, removed_at }, _) => {
            keys.retire(&kid, at, removed_at).await?;
            tracing::info!(kid, %at, %removed_at, "signing key retired before its time");
        }
        (KeyStep::Keep { kid }, _) => keys.keep(&kid).await?,
        (KeyStep::Add { .. }, None) => return Err(KeyError::Material("no key was made")),
    }
    Ok(())
}

fn entry(action: Action, kid: &str) -> AuditEntry {
    AuditEntry::new(action, AuditActor::Job("keys")).about(Subject::new(SubjectKind::Key, kid, kid))
}

/// Makes a key for `alg` that nobody knows yet, to be at hand in a transaction.
pub(crate) async fn make_spare(services: &Services, alg: SigningAlg) -> Result<(), KeyError> {
    services.keyring.put_spare(alg, generate(alg).await?);
    Ok(())
}

/// Takes steps that two people signed, as part of the transaction in which they did. The keys' version has moved on in
/// it already.
pub(crate) async fn carry_out(services: &Services, tx: &Tx, steps: Vec<KeyStep>) -> Result<(), KeyError> {
    for step in steps {
        let key = match &step {
            KeyStep::Add { alg, .. } => match services.keyring.take_spare(*alg) {
                Some(spare) => Some(spare),
                None => Some(generate(*alg).await?),
            },
            _ => None,
        };
        take(services, tx, step, key).await?;
    }
    Ok(())
}

/// Replaces the ring. Keys it held already are not unsealed again.
fn load(services: &Services, stored: &[StoredKey], version: i64) -> Result<(), KeyError> {
    let present = services.keyring.current();
    let unchanged = |key: &StoredKey| present.find(&key.life.kid).filter(|known| *known.life() == key.life);
    let keys = stored
        .iter()
        .map(|key| match unchanged(key) {
            Some(known) => Ok(Arc::clone(known)),
            None => open(services, key).map(Arc::new),
        })
        .collect::<Result<Vec<_>, _>>()?;
    services.keyring.replace(Ring::new(keys, version, services.now())?);
    Ok(())
}

fn open(services: &Services, key: &StoredKey) -> Result<PreparedKey, KeyError> {
    let pkcs8 = services
        .vault
        .open(Purpose::SigningKey, key.life.kid.as_bytes(), &key.private_sealed)
        .ok_or_else(|| KeyError::Sealed(key.life.kid.clone()))?;
    PreparedKey::new(key.life.clone(), Pair::parse(key.life.alg, &pkcs8)?, &key.public_jwk)
}

/// A key as the command line lists it.
#[derive(Clone, Debug)]
pub struct KeyListing {
    /// Which, of what kind, and when it does what.
    pub life: KeyLife,
    /// Where it stands now.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Every key there is, oldest first: `countersign keys list`. Nothing is unsealed and nothing is rotated.
pub async fn list(services: &Services) -> Result<Vec<KeyListing>, KeyError> {
    let now = services.now();
    let stored = SigningKeys::on(services.store.read()).all().await?;
    let listing = |key: StoredKey| KeyListing {
        state: key.life.state(now),
        life: key.life,
        created_at: key.created_at,
    };
    Ok(stored.into_iter().map(listing).collect())
}

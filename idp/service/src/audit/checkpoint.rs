//! Signing checkpoints, with a key of their own, and handing them out until they have left the machine.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use countersign_core::audit::{Checkpoint, CheckpointKey};
use countersign_core::{from_millis, to_millis};
use countersign_store::{Audit, AuditCheckpoints, SealerState, StoreError, StoredAuditKey};
use zeroize::Zeroizing;

use super::SealError;
use crate::{Purpose, Services};

/// Signs where the chain stands, if it has moved and the last checkpoint is old enough.
pub(super) async fn sign_if_due(
    services: &Services,
    state: &SealerState,
    every: TimeDelta,
) -> Result<(), SealError> {
    let last = AuditCheckpoints::on(services.store.read()).last().await?;
    let now = services.now();
    let covered = last.as_ref().map_or(0, |last| last.seq);
    let due = last.as_ref().is_none_or(|last| from_millis(last.at) + every <= now);
    if state.seq <= covered || !due {
        return Ok(());
    }
    let (key, made) = signing_key(services).await?;
    let mut checkpoint = Checkpoint {
        number: last.map_or(0, |last| last.number) + 1,
        seq: state.seq,
        chain: state.chain.clone(),
        at: to_millis(now),
        kid: key.public.kid().to_owned(),
        signature: String::new(),
    };
    checkpoint.signature = URL_SAFE_NO_PAD.encode(key.pair.sign(&checkpoint.signed_bytes()).as_ref());
    let tx = services.store.begin().await?;
    // Moving the end nowhere: only who still seals may sign.
    if !Audit::on(tx.connection()).advance(state.fence, state.seq, (state.seq, &state.chain)).await? {
        return Ok(());
    }
    let checkpoints = AuditCheckpoints::on(tx.connection());
    if let Some(made) = made {
        checkpoints.add_key(&made).await?;
        tracing::info!(kid = made.kid, "audit key made");
    }
    checkpoints.add(&checkpoint).await?;
    drop(checkpoints);
    Ok(tx.commit().await?)
}

struct SigningKey {
    pair: Ed25519KeyPair,
    public: CheckpointKey,
}

/// The newest key; a new one, to be stored with its first checkpoint, where there is none.
async fn signing_key(services: &Services) -> Result<(SigningKey, Option<StoredAuditKey>), SealError> {
    let stored = AuditCheckpoints::on(services.store.read()).keys().await?.pop();
    if let Some(stored) = stored {
        let opened = services.vault.open(Purpose::AuditKey, stored.kid.as_bytes(), &stored.private_sealed);
        let pkcs8 = opened.ok_or(SealError::Key("it does not open with this master key"))?;
        return Ok((read(&pkcs8)?, None));
    }
    let failed = |_| SealError::Key("it cannot be made");
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let pkcs8 = Zeroizing::new(pair.to_pkcs8().map_err(failed)?.as_ref().to_vec());
    let key = read(&pkcs8)?;
    let kid = key.public.kid().to_owned();
    let sealed = services.vault.seal(Purpose::AuditKey, kid.as_bytes(), &pkcs8);
    let stored = StoredAuditKey {
        public_key: key.public.jwk(),
        private_sealed: sealed.map_err(|_| SealError::Key("it cannot be sealed"))?,
        created_at: services.now(),
        kid,
    };
    Ok((key, Some(stored)))
}

fn read(pkcs8: &[u8]) -> Result<SigningKey, SealError> {
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| SealError::Key("it cannot be read"))?;
    let public = CheckpointKey::new(pair.public_key().as_ref());
    Ok(SigningKey { pair, public })
}

/// The public parts of all keys that ever signed, oldest first.
pub async fn public_keys(services: &Services) -> Result<Vec<CheckpointKey>, StoreError> {
    let keys = AuditCheckpoints::on(services.store.read()).keys().await?;
    let read = |key: &StoredAuditKey| {
        CheckpointKey::parse(&key.public_key).ok_or_else(|| StoreError::unreadable("audit_keys", "no JWK"))
    };
    keys.iter().map(read).collect()
}

/// Up to `limit` checkpoints that have not left the machine, in order.
pub async fn unpublished(services: &Services, limit: u64) -> Result<Vec<Checkpoint>, StoreError> {
    AuditCheckpoints::on(services.store.read()).unpublished(limit).await
}

/// Notes that `checkpoints` have left the machine. Until then they are handed out again, so a crash repeats them and
/// loses none.
pub async fn mark_published(services: &Services, checkpoints: &[Checkpoint]) -> Result<(), StoreError> {
    let tx = services.store.begin().await?;
    AuditCheckpoints::on(tx.connection()).published(checkpoints, services.now()).await?;
    tx.commit().await
}

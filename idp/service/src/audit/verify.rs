//! `countersign audit verify`: reads the whole trail in the order of its places, a page at a time, beside the
//! checkpoints of the database and those that left it.

use chrono::TimeDelta;
use countersign_core::audit::{CheckpointKey, Finding, Verdict, Verifier};
use countersign_core::to_millis;
use countersign_store::{Audit, SealerState, StoreError};

use super::append::proof;
use super::public_keys;
use super::witness::{CheckpointSource, Checkpoints};
use crate::Services;

/// Records of a page.
const PAGE: u64 = 5_000;

/// A record may wait this long for its seal.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Unsealed records that are looked at, oldest first.
const UNSEALED: u64 = 1_000;

/// The trail could not be read.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of checkpoints could not be read.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

/// What the trail is proved against, besides itself.
#[derive(Default)]
pub struct Witnesses {
    /// What left the machine.
    pub files: Vec<CheckpointSource>,
    /// Keys that were kept elsewhere; without any, those of the database are believed.
    pub keys: Vec<CheckpointKey>,
}

/// Proves the whole trail. Whatever is written meanwhile is proved too, or left for the next time.
pub async fn verify(services: &Services, witnesses: Witnesses) -> Result<Verdict, VerifyError> {
    let keys = if witnesses.keys.is_empty() { public_keys(services).await? } else { witnesses.keys };
    let mut verifier = Verifier::new(keys);
    let mut checkpoints = Checkpoints::of(services, witnesses.files);
    let noted = records(services, &mut verifier, &mut checkpoints).await?;
    checkpoints.rest(&mut verifier).await?;
    unsealed(services, &mut verifier).await?;
    Ok(verifier.finish((noted.seq, &noted.chain)))
}

/// Reads every record; where the chain ends, as the sealer noted.
async fn records(
    services: &Services,
    verifier: &mut Verifier,
    checkpoints: &mut Checkpoints<'_>,
) -> Result<SealerState, VerifyError> {
    let (mut after, mut looked_again) = (None, false);
    loop {
        let page = Audit::on(services.store.read()).sealed(after, PAGE).await?;
        for sealed in &page {
            verifier.take(sealed, sealed.record.mac == proof(services, &sealed.record));
            checkpoints.up_to(sealed, verifier).await?;
        }
        if let Some(last) = page.last() {
            (after, looked_again) = (Some(last.seq), false);
            continue;
        }
        let noted = Audit::on(services.store.read()).sealer().await?;
        // What was sealed between the two reads is there by now, or was taken away.
        if noted.seq <= verifier.last() || looked_again {
            return Ok(noted);
        }
        looked_again = true;
    }
}

/// What waits for its seal: not for long, and as it was written.
async fn unsealed(services: &Services, verifier: &mut Verifier) -> Result<(), StoreError> {
    let patience = to_millis(services.now() - GRACE);
    for record in Audit::on(services.store.read()).unsealed(UNSEALED).await? {
        if record.mac != proof(services, &record) {
            verifier.find(Finding::UnsealedForged { id: record.id });
        } else if record.at < patience {
            verifier.find(Finding::Unsealed { id: record.id, at: record.at });
        }
    }
    Ok(())
}

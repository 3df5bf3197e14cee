//! `countersign audit verify`: reads the whole trail in the order of its places, a page at a time, beside the
//! checkpoints of the database and those that left it. Whoever cannot wait for the whole proves it stretch by stretch.

use chrono::TimeDelta;
use countersign_core::audit::{ChainHash, CheckpointKey, Finding, Verdict, Verifier};
use countersign_core::to_millis;
use countersign_store::{Audit, AuditCheckpoints, SealerState, StoreError};

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
    let noted = loop {
        if let Some(noted) = records(services, &mut verifier, &mut checkpoints, u64::MAX).await? {
            break noted;
        }
    };
    checkpoints.rest(&mut verifier).await?;
    unsealed(services, &mut verifier).await?;
    Ok(verifier.finish((noted.seq, &noted.chain)))
}

/// A part of the trail that was proved.
#[derive(Debug)]
pub struct Stretch {
    /// Behind which place it begins.
    pub after: i64,
    /// What was proved, and what was not.
    pub verdict: Verdict,
    /// Whether it reached the end of the trail, and the end was proved too.
    pub complete: bool,
}

/// Proves up to `most` records behind the place `after`, against the checkpoints and keys of the database. What stands
/// up to `after` is believed: begin at 0, and go on where a stretch ended. `None` where the trail never reached `after`.
pub async fn verify_stretch(
    services: &Services,
    after: i64,
    most: u64,
) -> Result<Option<Stretch>, VerifyError> {
    let noted = Audit::on(services.store.read()).sealer().await?;
    if after < 0 || after > noted.seq {
        return Ok(None);
    }
    let keys = public_keys(services).await?;
    let covering = AuditCheckpoints::on(services.store.read()).last_up_to(after).await?;
    let covering = covering.filter(|_| after > 0);
    let mut verifier = match Audit::on(services.store.read()).link_at(after).await? {
        _ if after == 0 => Verifier::new(keys),
        Some(link) => {
            let link = ChainHash::parse(&link).unwrap_or(ChainHash::START);
            Verifier::behind(keys, after, link, covering.as_ref())
        }
        // Somebody took it away since: the place before stands for it, so that the gap is found.
        None => Verifier::behind(keys, after - 1, ChainHash::START, covering.as_ref()),
    };
    let mut checkpoints = Checkpoints::behind(services, covering.map_or(0, |last| last.number));
    let end = records(services, &mut verifier, &mut checkpoints, most).await?;
    let complete = end.is_some();
    let verdict = match end {
        Some(noted) => {
            checkpoints.rest(&mut verifier).await?;
            unsealed(services, &mut verifier).await?;
            verifier.finish((noted.seq, &noted.chain))
        }
        None => verifier.so_far(),
    };
    Ok(Some(Stretch { after, verdict, complete }))
}

/// Reads up to `most` records behind the last that was taken; where they are all, the chain ends as the sealer noted.
async fn records(
    services: &Services,
    verifier: &mut Verifier,
    checkpoints: &mut Checkpoints<'_>,
    most: u64,
) -> Result<Option<SealerState>, VerifyError> {
    // From the very first on, also what stands before the first place.
    let mut after = Some(verifier.last()).filter(|last| *last > 0);
    let (mut left, mut looked_again) = (most, false);
    while left > 0 {
        let page = Audit::on(services.store.read()).sealed(after, PAGE.min(left)).await?;
        for sealed in &page {
            verifier.take(sealed, sealed.record.mac == proof(services, &sealed.record));
            checkpoints.up_to(sealed, verifier).await?;
        }
        if let Some(last) = page.last() {
            (after, looked_again) = (Some(last.seq), false);
            left = left.saturating_sub(u64::try_from(page.len()).unwrap_or(u64::MAX));
            continue;
        }
        let noted = Audit::on(services.store.read()).sealer().await?;
        // What was sealed between the two reads is there by now, or was taken away.
        if noted.seq <= verifier.last() || looked_again {
            return Ok(Some(noted));
        }
        looked_again = true;
    }
    Ok(None)
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

//! The sealer: of all nodes one, elected through the database, gives every record its place and its link.
//!
//! Writers never wait for it: it touches no row before its writer has committed, and no row that a writer will touch.
//! A sealer that dies is replaced when its lease ends; one that only seems dead finds the fence changed, or the end
//! of the chain moved, and writes nothing.

use chrono::TimeDelta;
use countersign_core::audit::{AuditRecord, ChainHash};
use countersign_core::{Entropy, EntropyExt as _};
use countersign_store::{Audit, Seal, SealerState, StoreError};

use super::append::proof;
use super::{SealError, checkpoint};
use crate::Services;

/// How long a lease holds that is not prolonged.
const LEASE: TimeDelta = TimeDelta::seconds(10);

/// Records that take their places in one transaction.
const BATCH: u64 = 500;

/// Batches of one turn.
const BATCHES: usize = 20;

/// One node's part in sealing.
pub struct Sealer {
    holder: String,
    checkpoint_every: TimeDelta,
}

/// What came of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Another node seals.
    Elsewhere,
    /// This node seals, and gave that many records their places.
    Sealed(usize),
}

impl Sealer {
    /// A node that takes part, and signs a checkpoint at most that often.
    #[must_use]
    pub fn new(entropy: &dyn Entropy, checkpoint_every: TimeDelta) -> Self {
        let holder = u64::from_be_bytes(entropy.bytes()).to_string();
        Self { holder, checkpoint_every }
    }

    /// Seals what waits, if this node is the one to do so, and signs a checkpoint when one is due.
    pub async fn turn(&self, services: &Services) -> Result<Turn, SealError> {
        let Some(mut state) = self.lease(services).await? else { return Ok(Turn::Elsewhere) };
        let mut sealed = 0;
        for _ in 0..BATCHES {
            let waiting = Audit::on(services.store.read()).unsealed(BATCH).await?;
            let count = waiting.len();
            if count > 0 {
                let Some(end) = seal(services, &state, waiting).await? else { return Ok(Turn::Elsewhere) };
                state = end;
                sealed += count;
            }
            if count < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                break;
            }
        }
        checkpoint::sign_if_due(services, &state, self.checkpoint_every).await?;
        Ok(Turn::Sealed(sealed))
    }

    /// The lease, taken or prolonged; none when another node holds it.
    pub(super) async fn lease(&self, services: &Services) -> Result<Option<SealerState>, StoreError> {
        let state = Audit::on(services.store.read()).sealer().await?;
        let now = services.now();
        let (mine, over) = (state.holder == self.holder, state.lease_ends_at <= now);
        if mine && state.lease_ends_at - now > LEASE / 2 {
            return Ok(Some(state));
        }
        if !mine && !over {
            return Ok(None);
        }
        let tx = services.store.begin().await?;
        let ends_at = now + LEASE;
        let held = if mine {
            Audit::on(tx.connection()).prolong(state.fence, ends_at).await?
        } else {
            Audit::on(tx.connection()).claim(&state, &self.holder, ends_at).await?
        };
        tx.commit().await?;
        let fence = if mine { state.fence } else { state.fence + 1 };
        Ok(held.then(|| SealerState { holder: self.holder.clone(), fence, lease_ends_at: ends_at, ..state }))
    }
}

/// Gives `records` the next places; where the chain ends then, or nothing when another node went first.
pub(super) async fn seal(
    services: &Services,
    state: &SealerState,
    records: Vec<AuditRecord>,
) -> Result<Option<SealerState>, SealError> {
    let mut end = ChainHash::parse(&state.chain).ok_or_else(|| SealError::Note(state.chain.clone()))?;
    let mut seq = state.seq;
    let mut seals = Vec::with_capacity(records.len());
    for record in &records {
        if record.mac != proof(services, record) {
            // It takes its place like any other, as evidence.
            tracing::error!(
                id = record.id,
                "an audit record was not written by Countersign, or was edited since"
            );
        }
        seq += 1;
        end = end.then(seq, record);
        seals.push(Seal { id: record.id.clone(), seq, chain: end });
    }
    let chain = end.to_string();
    let tx = services.store.begin().await?;
    if !Audit::on(tx.connection()).advance(state.fence, state.seq, (seq, &chain)).await? {
        return Ok(None);
    }
    if Audit::on(tx.connection()).seal(&seals).await? != seals.len() as u64 {
        return Err(SealError::Disturbed);
    }
    tx.commit().await?;
    Ok(Some(SealerState { seq, chain, ..state.clone() }))
}

//! Removing what has expired. A job calls this now and then; each batch is a short transaction of its own.

use chrono::TimeDelta;
use countersign_store::{Perishable, StoreError};

use crate::Services;

/// Rows a batch removes at most: a few milliseconds' work.
const BATCH: u64 = 500;

/// Batches per table and run; what is left waits for the next run.
const BATCHES: usize = 20;

/// How long an expired row stays, so that a late retry still meets its own history.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// Removes expired rows everywhere and says how many there were. Between batches, others get their turn.
pub async fn remove_expired(services: &Services) -> Result<u64, StoreError> {
    let cutoff = services.now() - GRACE;
    let mut total = 0;
    for perishable in Perishable::ALL {
        for _ in 0..BATCHES {
            let removed = perishable.remove_batch(&services.store, cutoff, BATCH).await?;
            total += removed;
            tokio::task::yield_now().await;
            if removed < BATCH {
                break;
            }
        }
    }
    Ok(total)
}

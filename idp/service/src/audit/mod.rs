//! The audit trail: written in the transaction of what it records, sealed within a second, proved on demand.

mod append;
mod checkpoint;
mod export;
mod sealer;
mod state;
mod taken;
mod tally;
mod verify;
mod witness;

pub use append::append;
pub(crate) use append::{append_reuse, proof};
pub use checkpoint::{mark_published, public_keys, unpublished};
pub use export::{ExportError, Period, export};
pub use sealer::{Sealer, Turn};
pub use state::{TrailState, state};
pub use taken::taken_out;
pub use tally::{StrangerTally, close_hours, flush};
pub use verify::{Stretch, VerifyError, Witnesses, verify, verify_stretch};
pub use witness::CheckpointSource;

use countersign_store::{Audit, StoreError};

use crate::Services;

/// The trail could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The end of the chain cannot be read: somebody edited it.
    #[error("the sealer's note of where the audit trail ends was edited: {0:?}")]
    Note(String),
    /// Fewer records took their places than were there: somebody touched them.
    #[error("records of the audit trail changed while they were sealed")]
    Disturbed,
    /// The key that signs checkpoints cannot be used.
    #[error("audit key: {0}")]
    Key(&'static str),
}

/// How many records wait for their seal.
pub async fn backlog(services: &Services) -> Result<u64, StoreError> {
    Audit::on(services.store.read()).backlog().await
}

#[cfg(test)]
mod tests;

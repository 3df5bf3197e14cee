//! How the trail stands, without proving anything.

use countersign_core::audit::Checkpoint;
use countersign_store::{Audit, AuditCheckpoints, StoreError};

use super::unpublished;
use crate::Services;

/// How the trail stands.
#[derive(Clone, Debug)]
pub struct TrailState {
    /// The last place that the sealer gave.
    pub sealed_to: i64,
    /// Records that wait for their seal.
    pub waiting: u64,
    /// The newest checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Whether that checkpoint, and every one before it, has left the database.
    pub published: bool,
}

/// Says how the trail stands.
pub async fn state(services: &Services) -> Result<TrailState, StoreError> {
    let checkpoint = AuditCheckpoints::on(services.store.read()).last().await?;
    Ok(TrailState {
        sealed_to: Audit::on(services.store.read()).sealer().await?.seq,
        waiting: super::backlog(services).await?,
        published: checkpoint.is_some() && unpublished(services, 1).await?.is_empty(),
        checkpoint,
    })
}

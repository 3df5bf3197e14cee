//! Secrets are handed out before they are worth anything: what could not be shown is never made, and what is made was
//! shown.

use countersign_store::{StoreError, Tx};

use super::founding::Founded;

/// Why nothing was made after all.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// They who should keep the secrets never saw them.
    #[error("nothing was made, because it could not be shown: {0}")]
    Unshown(#[source] std::io::Error),
    /// They saw them, and then it could not be done.
    #[error("nothing was made, and everything that was printed is void: {0}")]
    Uncommitted(#[source] StoreError),
}

/// Has it shown, and then makes it so.
pub(super) async fn hand_out(
    tx: Tx,
    founded: Founded,
    show: impl FnOnce(&Founded) -> std::io::Result<()>,
) -> Result<Founded, Unfinished> {
    show(&founded).map_err(Unfinished::Unshown)?;
    tx.commit().await.map_err(Unfinished::Uncommitted)?;
    Ok(founded)
}

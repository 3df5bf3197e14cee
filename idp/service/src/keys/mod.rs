//! The keys we sign with: made off the async threads, sealed at rest, rotated on schedule, agreed between nodes through
//! the database, and used from memory alone.

mod generate;
mod ring;
mod rotation;
mod signer;

pub use ring::{Keyring, Ring};
pub use rotation::{KeyListing, follow, list, maintain};
pub(crate) use rotation::{carry_out, make_spare};
pub use signer::PreparedKey;

/// Keys could not be made, read, or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] countersign_store::StoreError),
    /// A stored key does not open: it was sealed by another master key.
    #[error("signing key {0} does not open with this master key")]
    Sealed(String),
    /// A key is not what it should be.
    #[error("signing key: {0}")]
    Material(&'static str),
    /// No key of this kind is active: the keyring has not been loaded.
    #[error("no active key signs with {0}")]
    NoneActive(&'static str),
}

#[cfg(test)]
mod tests;

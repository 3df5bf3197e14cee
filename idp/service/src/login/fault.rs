//! What goes wrong through nobody's doing at the other end.

use countersign_store::StoreError;

use crate::hasher::HashError;
use crate::keys::KeyError;
use crate::outbox::OutboxError;
use crate::vault::VaultError;

/// Something on our side.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// More passwords than can be worked on: come back shortly.
    #[error("the password pool is full")]
    Busy,
    /// Anything else; for the log alone.
    #[error("{0}")]
    Internal(String),
}

impl Fault {
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        Self::internal(error)
    }
}

impl From<OutboxError> for Fault {
    fn from(error: OutboxError) -> Self {
        Self::internal(error)
    }
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<HashError> for Fault {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy(_) => Self::Busy,
            HashError::Unusable(_) => Self::internal(error),
        }
    }
}

/// Lets `?` carry what lies beneath into errors that have a variant `Fault`.
macro_rules! faults {
    ($($error:ty),+) => { $(
        $crate::login::fault::faults! { @ $error:
            countersign_store::StoreError, $crate::outbox::OutboxError, $crate::vault::VaultError,
            $crate::hasher::HashError, serde_json::Error }
    )+ };
    (@ $error:ty: $($beneath:ty),+) => { $(
        impl From<$beneath> for $error {
            fn from(error: $beneath) -> Self {
                Self::Fault(error.into())
            }
        }
    )+ };
}
pub(crate) use faults;

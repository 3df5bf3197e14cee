//! The use cases: load, ask the rules, save, in one transaction each. No HTTP here, and no rule either.

pub mod cleanup;
pub mod clients;
mod hasher;
pub mod interaction;
pub mod keys;
mod outbound;
pub mod outbox;
mod services;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod vault;

pub use hasher::{Busy, HashError, PasswordHasher};
pub use outbound::{Outbound, OutboundError, Reach};
pub use services::{Issuer, Services};
pub use vault::{MasterKey, Purpose, Unsealed, Vault};

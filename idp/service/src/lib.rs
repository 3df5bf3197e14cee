//! The use cases: load, ask the rules, save, in one transaction each. No HTTP here, and no rule either.

pub mod account;
pub mod authorize;
pub mod cleanup;
pub mod clients;
pub mod consent;
pub mod event;
mod hasher;
mod id_token_hint;
pub mod interaction;
pub mod keys;
pub mod login;
pub mod logout;
mod outbound;
pub mod outbox;
mod services;
pub mod sessions;
pub mod subject;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod vault;

pub use hasher::{Admitted, Busy, HashError, PasswordHasher};
pub use outbound::{Outbound, OutboundError, Reach};
pub use services::{Issuer, Services};
pub use vault::{MasterKey, Purpose, Unsealed, Vault, VaultError};

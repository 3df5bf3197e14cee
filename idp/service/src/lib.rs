//! The use cases: load, ask the rules, save, in one transaction each. No HTTP here, and no rule either.

pub mod cleanup;
mod hasher;
pub mod interaction;
pub mod outbox;
mod services;
#[cfg(test)]
mod testing;
mod vault;

pub use hasher::{Busy, HashError, PasswordHasher};
pub use services::{Issuer, Services};
pub use vault::{MasterKey, Purpose, Unsealed, Vault};

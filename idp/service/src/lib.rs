//! The use cases: load, ask the rules, save, in one transaction each. No HTTP here, and no rule either.

pub mod account;
pub mod approval_codes;
pub mod audit;
pub mod authorize;
mod bearer;
pub mod bootstrap;
pub mod cleanup;
pub mod client_auth;
pub mod clients;
pub mod consent;
pub mod directory;
pub mod enrolment;
pub mod event;
mod hasher;
mod id_token_hint;
pub mod idempotency;
pub mod interaction;
pub mod introspect;
pub mod jwks_fetch;
pub mod keys;
pub mod login;
pub mod logout;
mod outbound;
pub mod outbox;
pub mod revoke;
mod services;
pub mod sessions;
pub mod subject;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token;
pub mod userinfo;
mod vault;

pub use hasher::{Admitted, Busy, HashError, PasswordHasher};
pub use outbound::{Outbound, OutboundError, Reach};
pub use services::{Issuer, Services};
pub use vault::{MasterKey, Purpose, Unsealed, Vault, VaultError};

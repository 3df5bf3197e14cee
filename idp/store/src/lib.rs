//! What is remembered: one repository per aggregate, on SQLite and PostgreSQL alike.
//!
//! Only this crate and the migrations name the database library. A repository borrows a [`Connection`]: either
//! the reader's, or that of the [`Tx`] in which its changes are to happen together. Nothing changes outside a
//! transaction, and nothing is changed until [`Tx::commit`] returns.

mod connection;
mod entities;
mod error;
mod expired;
#[cfg(feature = "testing")]
pub mod testing;

pub use connection::{Connection, Durability, Store, StoreOptions, Tx};
pub use error::StoreError;
pub use expired::Perishable;

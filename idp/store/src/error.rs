//! What can go wrong underneath. None of it is meant for a client's eyes.

use countersign_core::oauth::client::ClientProblem;
use sea_orm::DbErr;

/// The database could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, was away, or timed out.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A client whose metadata make no sense together. Nothing was stored.
    #[error("client {client_id:?} is not stored: {problem}")]
    IllFormedClient {
        /// Which.
        client_id: String,
        /// What is wrong.
        problem: ClientProblem,
    },
    /// A row holds what no version of this software writes there.
    #[error("row of {table} cannot be read: {reason}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// What is wrong, without the value.
        reason: String,
    },
}

impl StoreError {
    /// A row that cannot be read back into the rules' own types.
    pub fn unreadable(table: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable { table, reason: reason.to_string() }
    }
}

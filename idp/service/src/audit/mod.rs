//! The audit trail: written in the transaction of what it records, sealed within a second, proved on demand.

mod append;

pub use append::append;

#[cfg(test)]
mod tests;

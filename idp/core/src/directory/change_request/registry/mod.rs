//! What requests change besides people.

pub mod clients;

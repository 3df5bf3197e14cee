//! What requests change besides people.

pub(super) mod clients;

//! Changes of what is no person: what the exchange keeps for everybody, and what participants agree among each other.
//!
//! Each room knows one kind of thing: how it is typed, what that means, what it may become, and who may ask for that.
//! The facts are handed in, as they are for people.

pub mod appointments;
pub mod clients;
pub mod groups;
pub mod keys;
pub mod participants;

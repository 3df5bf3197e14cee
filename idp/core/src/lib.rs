//! The rules of Countersign: pure, synchronous, and without a clock or a source of randomness of their own.
//!
//! Nothing here performs I/O. Everything that depends on the moment or on chance takes it as an argument, so
//! that every rule can be tested at any instant and with any dice.

pub mod audit;
pub mod directory;
mod entropy;
pub mod ids;
pub mod journey;
pub mod mail;
pub mod oauth;
pub mod policy;
pub mod readable_code;
pub mod secret;
pub mod settings;
mod time;

pub use entropy::{Entropy, EntropyExt};
pub use time::{
    Clock, Timestamp, from_millis, hong_kong_day, hong_kong_instant, hong_kong_month_start, to_millis,
};

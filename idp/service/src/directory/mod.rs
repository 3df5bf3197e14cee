//! The directory's use cases: who calls, what they may read, what they may ask for.

pub mod caller;
pub mod reading;

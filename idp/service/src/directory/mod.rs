//! The directory's use cases: who wants what changed, who signs it, and what it does. Nothing here writes a profile
//! except in the transaction in which a second person signs.

mod apply;
mod decide;
mod expire;
mod prepare;
mod submit;
mod world;

pub use decide::{Decided, DecideError, approve, reject, withdraw};
pub use expire::expire_overdue;
pub use prepare::{Prepared, prepare};
pub use submit::{SubmitError, Submitted, submit};

#[cfg(test)]
mod tests;

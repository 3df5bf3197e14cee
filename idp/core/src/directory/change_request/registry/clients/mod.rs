//! Relying parties: registered, changed, given another secret, and ended. Operators alone ask for it.
//!
//! No document holds a secret: one that a request makes is drawn when it is approved, and shown once.

mod draft;
mod fields;
mod judge;

pub use draft::{ClientDraft, ClientFields};
pub use judge::{
    ChangeClient, ClientFacts, NamedClient, RegisterClient, SignedClient, blank, draw_name, is_console,
    judge_change, judge_deletion, judge_registration, judge_rotation, named, narrowed, stays_reachable,
    target,
};

#[cfg(test)]
mod tests;

//! The migration of a clearing house from smartcards to two factors: which moves there are, what the last one would do to
//! whom, what its job does to each of them, and whom to remind of it.

mod frozen;
mod job;
mod moves;
mod reminder;
mod report;
mod rights;

pub use frozen::{
    Counts, Finding, FrozenLine, FrozenList, ListHash, ListHead, NotAListHash, PersonFacts, examine,
};
pub use job::{Outcome, RunCounts, Stage, UnknownWord, fate, fate_in_quarantine};
pub use moves::{HouseStand, PendingMove, possible};
pub use reminder::{Due, due};
pub use report::ReportLine;
pub use rights::{Holder, Holds, is_last};

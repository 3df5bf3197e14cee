//! The audit trail: records are added and read, never changed.

mod checkpoints;
mod records;
mod seals;
mod search;
mod tallies;

pub use checkpoints::{AuditCheckpoints, StoredAuditKey};
pub use records::Audit;
pub use seals::{Seal, SealerState};
pub use search::{AuditCursor, AuditFilter, FoundRecord};
pub use tallies::{AuditTallies, Tally};

//! The audit trail: records are added and read, never changed.

mod records;
mod search;

pub use records::Audit;
pub use search::{AuditCursor, AuditFilter, FoundRecord};

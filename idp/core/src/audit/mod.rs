//! The audit trail: what is written of every act, and how a record of it is proved untouched.
//!
//! An [`AuditEntry`] says who did what to whom, on which request, with whose second signature, and from where. As an
//! [`AuditRecord`] it is text, exactly as stored: what it proves must not depend on how this version reads it. The
//! sealer chains records one after the other: each [`ChainHash`] covers the record and everything before it.

mod action;
mod chain;
mod checkpoint;
mod entry;
mod record;
mod redact;
mod verify;

pub use action::{Action, Outcome};
pub use chain::{ChainHash, SealedRecord};
pub use checkpoint::{Checkpoint, CheckpointKey};
pub use entry::{AuditActor, AuditEntry, Owner, Person, Subject, SubjectKind};
pub use record::AuditRecord;
pub use redact::Redacted;
pub use verify::{Finding, Origin, Verdict, Verifier};

#[cfg(test)]
mod tests;

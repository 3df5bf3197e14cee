//! A change that one person asks for and another signs. Nothing else changes the directory.

pub mod actions;
mod change;
pub mod difference;
mod document;
mod draft;
mod judge;
mod profile_draft;
pub mod registry;
mod request;
mod state;
mod target;

pub use change::{Change, ParticipantName};
pub use difference::FieldDifference;
pub use document::{Document, DocumentHash, NotAHash, SignedText, Subject, Tampered};
pub use draft::Draft;
pub use judge::{About, Ground, Judged, belongs, blank, judge, judge_merge, merged};
pub use profile_draft::{ProfileDraft, ProfileFields};
pub use request::{ChangeRequest, Jurisdiction};
pub use state::{Signatory, Signature, State, TransitionError, Way};
pub use target::{Target, TargetKind, UnknownTarget};

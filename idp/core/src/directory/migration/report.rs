//! The report of the job at the end: a line for each, with what happened, or why nothing did.

use super::job::Outcome;
use crate::Timestamp;
use crate::ids::{ParticipantKey, ProfileId};

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub outcome: Outcome,
    /// Whose people.
    pub participant: ParticipantKey,
    /// The participant's ID.
    pub code: String,
    /// Whom it happened to.
    pub profile: ProfileId,
    /// Their user ID.
    pub user_id: String,
    /// When a profile in quarantine is removed for good; when one that is deferred is looked at again.
    pub remove_at: Option<Timestamp>,
}

//! What a settlement agent is to the participant that appointed it.

use crate::Timestamp;
use crate::ids::ParticipantKey;

/// An appointment. One that ended may be made again, and is the same one then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// The participant that is acted for.
    pub principal: ParticipantKey,
    /// The settlement agent that acts for it.
    pub agent: ParticipantKey,
    /// Since when.
    pub since: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Counts changes; what a request was built on is compared with it.
    pub version: i64,
}

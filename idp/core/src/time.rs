//! Time as the rules see it: passed in, in UTC, with millisecond precision.

use chrono::{DateTime, Utc};

/// An instant in UTC.
pub type Timestamp = DateTime<Utc>;

/// Tells the time. The one real clock lives in the composition root; tests bring their own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Unix milliseconds, the form in which every instant is stored.
#[must_use]
pub fn to_millis(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

/// The instant of stored Unix milliseconds. A value outside the calendar becomes the epoch, which every expiry
/// check then treats as long past.
#[must_use]
pub fn from_millis(millis: i64) -> Timestamp {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

//! The hours of the functions that keep hours.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Hours and holidays, as configured, and what they mean now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendars {
    /// Whether hours are kept at all. Where they are not, everything is always open.
    pub enforced: bool,
    /// The time zone in which hours and holidays are meant.
    #[schema(example = "Asia/Hong_Kong")]
    pub time_zone: String,
    /// The moment that this was said.
    pub now: DateTime<Utc>,
    /// Days without hours, in order.
    pub public_holidays: Vec<NaiveDate>,
    /// The functions that keep hours.
    pub functions: Vec<TimedFunction>,
}

/// A function that keeps hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimedFunction {
    /// `user_profile_listing` or `change_user_profile`.
    #[schema(example = "user_profile_listing")]
    pub function: String,
    /// Its hours: days, and from when to when.
    #[schema(example = json!(["Mon-Fri 07:00-19:00", "Sat 09:00-13:00"]))]
    pub hours: Vec<String>,
    /// Whether it is open now.
    pub open: bool,
    /// When it closes, while it is open and hours are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<DateTime<Utc>>,
    /// When it opens next, while it is closed; absent where the calendar has no opening within 60 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<DateTime<Utc>>,
}

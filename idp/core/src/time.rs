//! Time as the rules see it: passed in, in UTC, with millisecond precision.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Asia::Hong_Kong;

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

/// The day that it is in Hong Kong at `at`.
#[must_use]
pub fn hong_kong_day(at: Timestamp) -> NaiveDate {
    at.with_timezone(&Hong_Kong).date_naive()
}

/// The instant at which `day` is `since_midnight` old in Hong Kong.
#[must_use]
pub fn hong_kong_instant(day: NaiveDate, since_midnight: TimeDelta) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = Hong_Kong.from_local_datetime(&midnight).earliest();
    local.map_or_else(|| midnight.and_utc(), |local| local.to_utc()) + since_midnight
}

/// The instant at which the month of `at` began in Hong Kong.
#[must_use]
pub fn hong_kong_month_start(at: Timestamp) -> Timestamp {
    let day = hong_kong_day(at);
    hong_kong_instant(day.with_day(1).unwrap_or(day), TimeDelta::zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn hong_kong_is_eight_hours_ahead() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        assert_eq!(hong_kong_day(at("2026-10-31T15:59:59Z")), day.pred_opt().unwrap());
        assert_eq!(hong_kong_day(at("2026-10-31T16:00:00Z")), day);
        assert_eq!(hong_kong_instant(day, TimeDelta::hours(7)), at("2026-10-31T23:00:00Z"));
        assert_eq!(hong_kong_month_start(at("2026-10-31T16:00:00Z")), at("2026-10-31T16:00:00Z"));
        assert_eq!(hong_kong_month_start(at("2026-10-31T15:59:59Z")), at("2026-09-30T16:00:00Z"));
    }
}

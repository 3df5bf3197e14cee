//! Dates as the clearing houses mean them: days in Hong Kong, which has no summer time.

use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Asia::Hong_Kong;

use crate::Timestamp;

/// The day that it is in Hong Kong.
#[must_use]
pub fn date(at: Timestamp) -> NaiveDate {
    at.with_timezone(&Hong_Kong).date_naive()
}

/// The first instant of a day.
#[must_use]
pub fn start_of(date: NaiveDate) -> Timestamp {
    // Midnight exists and is one everywhere in the calendar that forms admit; far off, the day's own UTC midnight.
    let midnight = date.and_time(NaiveTime::MIN);
    Hong_Kong.from_local_datetime(&midnight).earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

/// The last millisecond of a day.
#[must_use]
pub fn end_of(date: NaiveDate) -> Timestamp {
    start_of(date) + TimeDelta::days(1) - TimeDelta::milliseconds(1)
}

/// The month that it is, as `2026-11`.
#[must_use]
pub fn month(at: Timestamp) -> String {
    let date = date(at);
    format!("{:04}-{:02}", date.year(), date.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_hong_kongs() {
        let day: NaiveDate = "2026-11-25".parse().unwrap();
        assert_eq!(start_of(day), at("2026-11-24T16:00:00Z"));
        assert_eq!(end_of(day), at("2026-11-25T15:59:59.999Z"));
        assert_eq!(date(start_of(day)), day);
        assert_eq!(date(end_of(day)), day);
    }

    #[test]
    fn a_month_begins_in_hong_kong() {
        assert_eq!(month(at("2026-11-30T15:59:59Z")), "2026-11");
        assert_eq!(month(at("2026-11-30T16:00:00Z")), "2026-12");
    }
}

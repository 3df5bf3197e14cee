//! Hours of functions that keep hours: a calendar as data, in Hong Kong time.
//!
//! Hours are written as people say them, `Mon-Fri 07:00-19:00`. The first minute is in, the last is out, and on a
//! public holiday there are none.

use chrono::{Datelike as _, Days, NaiveDate, TimeDelta, Weekday};
use serde::Serialize;

use crate::{Timestamp, hong_kong_day, hong_kong_instant};

crate::settings! {
    /// When the functions that keep hours are open, in Hong Kong time.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    pub struct ServiceHoursPolicy {
        /// Whether hours are kept at all.
        pub enforced: bool = true,
        /// Hours of User Profile Listing: days, and from when to when.
        pub user_profile_listing: Vec<String> = office_hours(),
        /// Hours of Change User Profile.
        pub change_user_profile: Vec<String> = office_hours(),
        /// Days without hours. Those of the next year are gazetted in the course of this one: keep the list current.
        pub public_holidays: Vec<NaiveDate> = shipped_holidays(),
    }
}

/// A function that keeps hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimedFunction {
    /// User Profile Listing.
    UserProfileListing,
    /// Change User Profile.
    ChangeUserProfile,
}

/// Closed; it opens again then, or, for all the calendar says, never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("closed at this hour")]
pub struct ClosedUntil(pub Option<Timestamp>);

/// From when on something is open, and until when; always, where no hours are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// From then on.
    pub from: Timestamp,
    /// Until then; `None` where it never closes.
    pub to: Option<Timestamp>,
}

impl Opening {
    /// Whether `now` is within.
    #[must_use]
    pub fn holds(self, now: Timestamp) -> bool {
        self.from <= now && self.to.is_none_or(|to| now < to)
    }
}

/// The calendar, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCalendar {
    policy: ServiceHoursPolicy,
    user_profile_listing: Vec<Hours>,
    change_user_profile: Vec<Hours>,
}

/// Hours of one weekday, in minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hours {
    day: Weekday,
    from: u16,
    to: u16,
}

/// Hours that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the hours {text:?}: {reason}")]
pub struct BadHours {
    /// The key that holds them.
    pub key: &'static str,
    text: String,
    reason: &'static str,
}

/// How far ahead an opening is looked for, in days: past any run of holidays.
const HORIZON: u64 = 60;

impl ServiceCalendar {
    /// The hours and holidays as they were written.
    #[must_use]
    pub fn policy(&self) -> &ServiceHoursPolicy {
        &self.policy
    }

    /// Whether `function` is open at `now`, or when it will be.
    pub fn open_at(&self, function: TimedFunction, now: Timestamp) -> Result<(), ClosedUntil> {
        match self.opening(function, now) {
            Some(opening) if opening.holds(now) => Ok(()),
            next => Err(ClosedUntil(next.map(|opening| opening.from))),
        }
    }

    /// The opening of `function` that holds at `now`, or else the next one.
    #[must_use]
    pub fn opening(&self, function: TimedFunction, now: Timestamp) -> Option<Opening> {
        if !self.policy.enforced {
            return Some(Opening { from: now, to: None });
        }
        let ahead = self.openings(function, now).into_iter().filter(|(_, to)| now < *to);
        ahead.min().map(|(from, to)| Opening { from, to: Some(to) })
    }

    /// From when to when it is open, from the day of `now` on.
    fn openings(&self, function: TimedFunction, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let hours = match function {
            TimedFunction::UserProfileListing => &self.user_profile_listing,
            TimedFunction::ChangeUserProfile => &self.change_user_profile,
        };
        let today = hong_kong_day(now);
        let days = (0..=HORIZON).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
        days.filter(|day| !self.policy.public_holidays.contains(day))
            .flat_map(|day| {
                hours.iter().filter(move |hours| hours.day == day.weekday()).map(move |h| h.on(day))
            })
            .collect()
    }
}

impl Hours {
    fn on(self, day: NaiveDate) -> (Timestamp, Timestamp) {
        let at = |minutes: u16| hong_kong_instant(day, TimeDelta::minutes(minutes.into()));
        (at(self.from), at(self.to))
    }
}

impl TryFrom<&ServiceHoursPolicy> for ServiceCalendar {
    type Error = BadHours;

    fn try_from(policy: &ServiceHoursPolicy) -> Result<Self, Self::Error> {
        Ok(Self {
            policy: policy.clone(),
            user_profile_listing: week("user_profile_listing", &policy.user_profile_listing)?,
            change_user_profile: week("change_user_profile", &policy.change_user_profile)?,
        })
    }
}

fn week(key: &'static str, lines: &[String]) -> Result<Vec<Hours>, BadHours> {
    let mut all = Vec::new();
    for line in lines {
        let read = read_line(line);
        all.extend(read.map_err(|reason| BadHours { key, text: line.clone(), reason })?);
    }
    Ok(all)
}

/// `Mon-Fri 07:00-19:00`, or `Sat 09:00-13:00`.
fn read_line(line: &str) -> Result<Vec<Hours>, &'static str> {
    let (days, times) = line.split_once(' ').ok_or("days and hours, as in `Mon-Fri 07:00-19:00`")?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (weekday(first)?, weekday(last)?);
    let (from, to) = times.split_once('-').ok_or("from when to when, as in `07:00-19:00`")?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    if from >= to {
        return Err("the end comes after the beginning, on the same day");
    }
    if first.num_days_from_monday() > last.num_days_from_monday() {
        return Err("the first day comes before the last; a week begins on Monday");
    }
    let days = (first.num_days_from_monday()..=last.num_days_from_monday()).filter_map(nth_weekday);
    Ok(days.map(|day| Hours { day, from, to }).collect())
}

const WEEK: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Mon),
    ("Tue", Weekday::Tue),
    ("Wed", Weekday::Wed),
    ("Thu", Weekday::Thu),
    ("Fri", Weekday::Fri),
    ("Sat", Weekday::Sat),
    ("Sun", Weekday::Sun),
];

fn weekday(text: &str) -> Result<Weekday, &'static str> {
    let named = WEEK.iter().find(|(name, _)| *name == text);
    named.map(|(_, day)| *day).ok_or("days are Mon, Tue, Wed, Thu, Fri, Sat and Sun")
}

fn nth_weekday(since_monday: u32) -> Option<Weekday> {
    WEEK.iter().map(|(_, day)| *day).find(|day| day.num_days_from_monday() == since_monday)
}

/// Minutes since midnight of `HH:MM`; `24:00` is the end of the day.
fn minutes(text: &str) -> Result<u16, &'static str> {
    const FORM: &str = "times are HH:MM, from 00:00 to 24:00";
    let (hour, minute) = text.split_once(':').ok_or(FORM)?;
    let number = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        two.then(|| digits.parse::<u16>().ok()).flatten().ok_or(FORM)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let total = hour * 60 + minute;
    if minute < 60 && total <= 24 * 60 { Ok(total) } else { Err(FORM) }
}

fn office_hours() -> Vec<String> {
    vec!["Mon-Fri 07:00-19:00".to_owned(), "Sat 09:00-13:00".to_owned()]
}

/// General holidays of Hong Kong in 2026 and 2027, Sundays left out. They are a beginning: the house maintains the
/// list, and compares that of 2027 with the Gazette.
fn shipped_holidays() -> Vec<NaiveDate> {
    const DAYS: &[(i32, u32, u32)] = &[
        (2026, 1, 1),   // The first day of January
        (2026, 2, 17),  // Lunar New Year's Day
        (2026, 2, 18),  // The second day of Lunar New Year
        (2026, 2, 19),  // The third day of Lunar New Year
        (2026, 4, 3),   // Good Friday
        (2026, 4, 4),   // The day following Good Friday
        (2026, 4, 6),   // The day following Ching Ming Festival
        (2026, 4, 7),   // The day following Easter Monday
        (2026, 5, 1),   // Labour Day
        (2026, 5, 25),  // The day following the Birthday of the Buddha
        (2026, 6, 19),  // Tuen Ng Festival
        (2026, 7, 1),   // Hong Kong Special Administrative Region Establishment Day
        (2026, 9, 26),  // The day following the Chinese Mid-Autumn Festival
        (2026, 10, 1),  // National Day
        (2026, 10, 19), // The day following Chung Yeung Festival
        (2026, 12, 25), // Christmas Day
        (2026, 12, 26), // The first weekday after Christmas Day
        (2027, 1, 1),   // The first day of January
        (2027, 2, 6),   // Lunar New Year's Day
        (2027, 2, 8),   // The third day of Lunar New Year
        (2027, 2, 9),   // The fourth day of Lunar New Year
        (2027, 3, 26),  // Good Friday
        (2027, 3, 27),  // The day following Good Friday
        (2027, 3, 29),  // Easter Monday
        (2027, 4, 5),   // Ching Ming Festival
        (2027, 5, 1),   // Labour Day
        (2027, 5, 13),  // The Birthday of the Buddha
        (2027, 6, 9),   // Tuen Ng Festival
        (2027, 7, 1),   // Hong Kong Special Administrative Region Establishment Day
        (2027, 9, 16),  // The day following the Chinese Mid-Autumn Festival
        (2027, 10, 1),  // National Day
        (2027, 10, 8),  // Chung Yeung Festival
        (2027, 12, 25), // Christmas Day
        (2027, 12, 27), // The first weekday after Christmas Day
    ];
    DAYS.iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day)).collect()
}

#[cfg(test)]
mod tests;

//! When administrators are reminded of those of their people who are not ready: every week from some weeks before a
//! scheduled day on, and in its last week every day.

use chrono::NaiveDate;

/// A reminder that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Days left; 0 on the day itself.
    pub days_left: u32,
    /// The week or the day that it is for: each participant is reminded once in it.
    pub period: String,
}

/// Days of a week.
const WEEK: i64 = 7;

/// What is due on `today` of the day that is `scheduled`, where reminding begins so many weeks before.
#[must_use]
pub fn due(today: NaiveDate, scheduled: NaiveDate, weeks: u16) -> Option<Due> {
    let days = scheduled.signed_duration_since(today).num_days();
    if days < 0 || days > i64::from(weeks) * WEEK {
        return None;
    }
    let period = if days <= WEEK {
        format!("day {today}")
    } else {
        // The day is part of it: when it is moved, whoever was reminded of the other is told.
        format!("week {} before {scheduled}", (days + WEEK - 1) / WEEK)
    };
    Some(Due { days_left: u32::try_from(days).ok()?, period })
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn weekly_at_first_and_daily_in_the_last_week() {
        let scheduled = NaiveDate::from_ymd_opt(2027, 6, 30).unwrap();
        let before = |days: u64| due(scheduled - Days::new(days), scheduled, 4);
        assert_eq!(before(29), None);
        assert_eq!(due(scheduled + Days::new(1), scheduled, 4), None);
        let mut periods: Vec<String> = (0..=28).rev().map(|days| before(days).unwrap().period).collect();
        periods.dedup();
        let weeks = [4, 3, 2].map(|week| format!("week {week} before 2027-06-30"));
        assert_eq!(periods[..3], weeks);
        assert_eq!(periods.len(), 3 + 8, "{periods:?}");
        assert_eq!(periods[3], "day 2027-06-23");
        assert_eq!(before(0).unwrap(), Due { days_left: 0, period: "day 2027-06-30".into() });
        // Every week before the last has seven days.
        assert_eq!(before(28).unwrap().period, before(22).unwrap().period);
        assert_ne!(before(22).unwrap().period, before(21).unwrap().period);
    }

    #[test]
    fn nobody_is_reminded_where_no_week_is() {
        let scheduled = NaiveDate::from_ymd_opt(2027, 6, 30).unwrap();
        assert_eq!(due(scheduled - Days::new(1), scheduled, 0), None);
        assert_eq!(due(scheduled, scheduled, 0).unwrap().days_left, 0);
    }
}

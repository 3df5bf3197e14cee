use proptest::prelude::*;

use super::TimedFunction::{ChangeUserProfile, UserProfileListing};
use super::*;

fn calendar(edit: impl FnOnce(&mut ServiceHoursPolicy)) -> ServiceCalendar {
    let mut policy = ServiceHoursPolicy::default();
    edit(&mut policy);
    ServiceCalendar::try_from(&policy).unwrap()
}

/// An instant in Hong Kong time.
fn at(local: &str) -> Timestamp {
    format!("{local}:00+08:00").parse().unwrap()
}

fn closed_until(local: &str) -> Result<(), ClosedUntil> {
    Err(ClosedUntil(Some(at(local))))
}

#[test]
fn the_hours_of_an_ordinary_week() {
    let calendar = calendar(|_| {});
    for function in [UserProfileListing, ChangeUserProfile] {
        let open = |local| calendar.open_at(function, at(local));
        // Wednesday, 25 November 2026.
        assert_eq!(open("2026-11-25T06:59"), closed_until("2026-11-25T07:00"));
        assert_eq!(open("2026-11-25T07:00"), Ok(()));
        assert_eq!(open("2026-11-25T18:59"), Ok(()));
        assert_eq!(open("2026-11-25T19:00"), closed_until("2026-11-26T07:00"));
        // Friday evening to Monday.
        assert_eq!(open("2026-11-27T19:00"), closed_until("2026-11-28T09:00"));
        assert_eq!(open("2026-11-28T09:00"), Ok(()));
        assert_eq!(open("2026-11-28T12:59"), Ok(()));
        assert_eq!(open("2026-11-28T13:00"), closed_until("2026-11-30T07:00"));
        assert_eq!(open("2026-11-29T12:00"), closed_until("2026-11-30T07:00"));
    }
}

#[test]
fn nothing_is_open_on_public_holidays() {
    let calendar = calendar(|_| {});
    let open = |local| calendar.open_at(ChangeUserProfile, at(local));
    // Lunar New Year 2026, Tuesday to Thursday; Christmas 2026, Friday and Saturday.
    assert_eq!(open("2026-02-16T19:30"), closed_until("2026-02-20T07:00"));
    assert_eq!(open("2026-02-18T10:00"), closed_until("2026-02-20T07:00"));
    assert_eq!(open("2026-12-25T10:00"), closed_until("2026-12-28T07:00"));
}

#[test]
fn a_function_keeps_its_own_hours() {
    let calendar = calendar(|policy| policy.change_user_profile = vec!["Sun 00:00-24:00".to_owned()]);
    assert_eq!(calendar.open_at(UserProfileListing, at("2026-11-25T10:00")), Ok(()));
    assert_eq!(calendar.open_at(ChangeUserProfile, at("2026-11-25T10:00")), closed_until("2026-11-29T00:00"));
    assert_eq!(calendar.open_at(ChangeUserProfile, at("2026-11-29T23:59")), Ok(()));
    assert_eq!(calendar.open_at(ChangeUserProfile, at("2026-11-30T00:00")), closed_until("2026-12-06T00:00"));
}

#[test]
fn the_switch_opens_everything_and_a_calendar_without_hours_opens_never() {
    let off = calendar(|policy| policy.enforced = false);
    assert_eq!(off.open_at(UserProfileListing, at("2026-12-25T03:00")), Ok(()));
    let never = calendar(|policy| policy.user_profile_listing.clear());
    assert_eq!(never.open_at(UserProfileListing, at("2026-11-25T10:00")), Err(ClosedUntil(None)));
}

#[test]
fn hours_that_cannot_be_read_are_refused_by_name() {
    for bad in [
        "",
        "Mon",
        "Mon-Fri",
        "07:00-19:00",
        "Mon 07:00",
        "Mon 7:00-19:00",
        "Mon 07:00-19:60",
        "Mon 07:00-24:01",
        "Mon 19:00-07:00",
        "Mon 07:00-07:00",
        "mon 07:00-19:00",
        "Mo 07:00-19:00",
        "Fri-Mon 07:00-19:00",
        "Mon 07:00-19:00 ",
        "Mon  07:00-19:00",
        "Mon 07.00-19.00",
        "Mon +7:00-19:00",
    ] {
        let policy =
            ServiceHoursPolicy { change_user_profile: vec![bad.to_owned()], ..ServiceHoursPolicy::default() };
        assert_eq!(ServiceCalendar::try_from(&policy).unwrap_err().key, "change_user_profile", "{bad:?}");
    }
}

#[test]
fn the_shipped_holidays_are_days_of_their_years_and_never_sundays() {
    let holidays = shipped_holidays();
    assert_eq!(holidays.len(), 34);
    for year in [2026, 2027] {
        // The Ordinance names 17 a year.
        assert_eq!(holidays.iter().filter(|day| day.year() == year).count(), 17);
    }
    assert!(holidays.iter().all(|day| day.weekday() != Weekday::Sun));
    assert!(holidays.is_sorted_by(|one, next| one < next));
}

proptest! {
    #[test]
    fn what_is_closed_opens_when_it_says(minutes in 0_i64..2 * 365 * 24 * 60) {
        let calendar = calendar(|_| {});
        let now = at("2026-01-01T00:00") + TimeDelta::minutes(minutes);
        if let Err(ClosedUntil(next)) = calendar.open_at(UserProfileListing, now) {
            let next = next.unwrap();
            prop_assert!(next > now);
            prop_assert_eq!(calendar.open_at(UserProfileListing, next), Ok(()));
            let just_before = next - TimeDelta::milliseconds(1);
            prop_assert_eq!(calendar.open_at(UserProfileListing, just_before), Err(ClosedUntil(Some(next))));
        }
    }
}

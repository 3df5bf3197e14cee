//! When a guess must wait, and when guessing ends: a pure decision over counted failures.
//!
//! User IDs can be guessed, so a stranger's wrong passwords must not keep the owner out. They slow down the
//! stranger's own address, and a high count of them locks, for strangers: a browser that has logged in before is
//! counted by itself, up to the same height. A failure is counted before the guess is looked at and given back when
//! it was right, so that guesses made at once cannot all be the first.

use std::str::FromStr;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::policy::LockoutPolicy;

/// How often something went wrong, and when it last did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How often.
    pub count: u32,
    /// The last time.
    pub last_at: Timestamp,
}

/// Everything counted that bears on one guess at a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// For the user ID from this source, or from this browser when the user ID has logged in from it before.
    pub allowance: Option<Failures>,
    /// From this source within the present hour, over all user IDs; nothing for a browser that has an allowance of
    /// its own.
    pub source: Option<Failures>,
}

/// What a guess may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is looked at.
    Allowed,
    /// It is not looked at, and neither is any other for this long.
    Wait {
        /// How long.
        seconds: u32,
    },
}

/// Whether a password may be tried now.
#[must_use]
pub fn password(policy: &LockoutPolicy, counted: Counted, now: Timestamp) -> Verdict {
    let crowded = remembered(counted.source, policy, now) >= policy.source_tries_per_hour;
    let source = if crowded { seconds_to_next_hour(now) } else { 0 };
    match source.max(slow_down(policy, counted.allowance, now)) {
        0 => Verdict::Allowed,
        seconds => Verdict::Wait { seconds },
    }
}

/// Whether the failure just counted is one that locks the profile: of so many strangers' for the user ID, or of so
/// many in one known browser.
#[must_use]
pub fn locks(policy: &LockoutPolicy, count: u32) -> bool {
    count >= u32::from(policy.lock_after_passwords)
}

/// Why a profile is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockedBecause {
    /// Too many wrong passwords, which any stranger can give.
    Passwords,
    /// Too many wrong OTPs after a right password: somebody has the password who should not.
    Otps,
}

impl LockedBecause {
    /// The reason as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passwords => "passwords",
            Self::Otps => "otps",
        }
    }

    /// Whether it keeps a browser out that has proved the password and the second factor, `known` or not.
    #[must_use]
    pub fn bars(self, known: bool) -> bool {
        match self {
            Self::Passwords => !known,
            Self::Otps => true,
        }
    }
}

impl FromStr for LockedBecause {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Passwords, Self::Otps]
            .into_iter()
            .find(|because| because.as_str() == text)
            .ok_or(UnknownReason)
    }
}

/// The text names no reason to lock.
#[derive(Debug, thiserror::Error)]
#[error("a profile is locked because of passwords or of otps")]
pub struct UnknownReason;

/// The count as it stands now: nothing, when the last failure is long past.
#[must_use]
pub fn remembered(failures: Option<Failures>, policy: &LockoutPolicy, now: Timestamp) -> u32 {
    let forget = TimeDelta::seconds(policy.forget_seconds.into());
    failures.filter(|failures| now - failures.last_at < forget).map_or(0, |failures| failures.count)
}

/// Seconds still to wait for a counter of its own.
fn slow_down(policy: &LockoutPolicy, failures: Option<Failures>, now: Timestamp) -> u32 {
    let Some(failures) = failures else { return 0 };
    let past_free = remembered(Some(failures), policy, now).saturating_sub(u32::from(policy.free_tries));
    if past_free == 0 && remembered(Some(failures), policy, now) < u32::from(policy.free_tries) {
        return 0;
    }
    let wait = doubled(policy.first_wait_seconds, past_free).min(policy.longest_wait_seconds);
    let until = failures.last_at + TimeDelta::seconds(wait.into());
    let left_millis = (until - now).num_milliseconds().max(0);
    u32::try_from((left_millis + 999) / 1000).unwrap_or(wait).min(wait)
}

fn doubled(first: u32, times: u32) -> u32 {
    2_u32.checked_pow(times).and_then(|factor| first.checked_mul(factor)).unwrap_or(u32::MAX)
}

/// The hour that a source's count belongs to: part of its counter's key.
#[must_use]
pub fn hour_of(now: Timestamp) -> i64 {
    now.timestamp().div_euclid(3600)
}

fn seconds_to_next_hour(now: Timestamp) -> u32 {
    u32::try_from(3600 - now.timestamp().rem_euclid(3600)).unwrap_or(3600)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn failed(count: u32, seconds: i64) -> Counted {
        Counted { allowance: Some(Failures { count, last_at: at(seconds) }), ..Counted::default() }
    }

    #[test]
    fn the_first_tries_are_free_and_then_the_wait_doubles() {
        let policy = LockoutPolicy::default();
        assert_eq!(password(&policy, Counted::default(), at(0)), Verdict::Allowed);
        assert_eq!(password(&policy, failed(4, 0), at(0)), Verdict::Allowed);
        assert_eq!(password(&policy, failed(5, 0), at(0)), Verdict::Wait { seconds: 2 });
        assert_eq!(password(&policy, failed(5, 0), at(2)), Verdict::Allowed);
        assert_eq!(password(&policy, failed(6, 0), at(1)), Verdict::Wait { seconds: 3 });
        assert_eq!(password(&policy, failed(90, 0), at(0)), Verdict::Wait { seconds: 300 });
    }

    #[test]
    fn failures_are_forgotten() {
        let policy = LockoutPolicy { longest_wait_seconds: 1_000_000, ..LockoutPolicy::default() };
        assert_ne!(password(&policy, failed(50, 0), at(86_399)), Verdict::Allowed);
        assert_eq!(password(&policy, failed(50, 0), at(86_400)), Verdict::Allowed);
    }

    #[test]
    fn a_crowded_source_waits_for_the_next_hour() {
        let policy = LockoutPolicy::default();
        let source = Some(Failures { count: 600, last_at: at(3500) });
        let counted = Counted { source, ..Counted::default() };
        assert_eq!(password(&policy, counted, at(3500)), Verdict::Wait { seconds: 100 });
    }

    #[test]
    fn only_a_high_count_locks() {
        let policy = LockoutPolicy::default();
        assert!(!locks(&policy, 99));
        assert!(locks(&policy, 100));
    }

    #[test]
    fn strangers_passwords_bar_strangers_and_wrong_otps_bar_everyone() {
        assert!(LockedBecause::Passwords.bars(false) && !LockedBecause::Passwords.bars(true));
        assert!(LockedBecause::Otps.bars(false) && LockedBecause::Otps.bars(true));
        for because in [LockedBecause::Passwords, LockedBecause::Otps] {
            assert_eq!(because.as_str().parse::<LockedBecause>().unwrap(), because);
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_never_longer_than_the_longest_and_ends(count in 0_u32..5000, passed in 0_i64..10_000) {
            let policy = LockoutPolicy::default();
            match password(&policy, failed(count, 0), at(passed)) {
                Verdict::Allowed => {}
                Verdict::Wait { seconds } => {
                    prop_assert!(seconds <= policy.longest_wait_seconds);
                    prop_assert_eq!(password(&policy, failed(count, 0), at(passed + i64::from(seconds))), Verdict::Allowed);
                }
            }
        }
    }
}

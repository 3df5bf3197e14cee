//! How often each caller came in the present minute. Each node counts for itself: the limit keeps one caller from taking
//! the others' share, not from adding up nodes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign_core::Timestamp;

/// The length of a window.
const WINDOW_SECONDS: i64 = 60;

/// Counts requests by caller. Only callers who proved who they are have a place, so there are as many as people.
pub(super) struct Rates {
    most: u32,
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    number: i64,
    counts: HashMap<String, u32>,
}

/// What a caller may still take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Whether this request is one too many.
    pub(super) exceeded: bool,
    /// Requests in a window.
    pub(super) most: u32,
    /// How many are left.
    pub(super) left: u32,
    /// Seconds until the next window.
    pub(super) reset_seconds: i64,
}

impl Rates {
    /// Nobody has come yet.
    pub(super) fn new(most: u32) -> Self {
        Self { most, window: Mutex::default() }
    }

    /// Counts a request of `caller`.
    pub(super) fn take(&self, caller: &str, now: Timestamp) -> Allowance {
        let seconds = now.timestamp();
        let number = seconds.div_euclid(WINDOW_SECONDS);
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.number != number {
            *window = Window { number, counts: HashMap::new() };
        }
        let count = window.counts.entry(caller.to_owned()).or_default();
        *count = count.saturating_add(1);
        Allowance {
            exceeded: *count > self.most,
            most: self.most,
            left: self.most.saturating_sub(*count),
            reset_seconds: WINDOW_SECONDS - seconds.rem_euclid(WINDOW_SECONDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::from_millis;

    use super::{Allowance, Rates};

    #[test]
    fn each_caller_has_a_minute_s_worth() {
        let rates = Rates::new(2);
        let at = |second: i64| from_millis(second * 1_000);
        let first = Allowance { exceeded: false, most: 2, left: 1, reset_seconds: 60 };
        assert_eq!(rates.take("a", at(120)), first);
        assert_eq!(rates.take("a", at(150)), Allowance { left: 0, reset_seconds: 30, ..first });
        assert!(rates.take("a", at(179)).exceeded);
        assert!(!rates.take("b", at(179)).exceeded);
        assert_eq!(rates.take("a", at(180)), first);
    }
}

//! Percentiles of what was measured one by one.

use std::time::Duration;

/// Times, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Of these.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which `percent` of a hundred were done, in milliseconds (nearest rank).
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(rank).map_or(0.0, Duration::as_secs_f64) * 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        let times = Times::of((1..=100).rev().map(Duration::from_millis).collect());
        let of = |percent| times.percentile_ms(percent);
        assert!(
            (of(50) - 50.0).abs() < 1e-9 && (of(99) - 99.0).abs() < 1e-9 && (of(100) - 100.0).abs() < 1e-9
        );
    }

    #[test]
    fn of_nothing_is_nothing() {
        assert!(Times::default().percentile_ms(99).abs() < 1e-9);
    }
}

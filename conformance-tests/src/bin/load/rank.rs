//! The rank test of Mann and Whitney: do two samples come from one distribution?
//!
//! It compares ranks, so that one slow answer among many says nothing, and a small constant difference everything.

/// What the test says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    /// Probability that a value of the first sample is above one of the second; one half when they are alike.
    pub(crate) above: f64,
    /// Probability of a difference at least this large between samples of one distribution (two-sided).
    pub(crate) p: f64,
}

/// Compare two samples, by the normal approximation with ties corrected: good from about twenty values each.
pub(crate) fn mann_whitney(first: &[f64], second: &[f64]) -> Verdict {
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|value| (*value, true)).chain(second.iter().map(|value| (*value, false))).collect();
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (n1, n2) = (count(first.len()), count(second.len()));
    let n = n1 + n2;
    let (mut rank_sum, mut tie_term, mut before) = (0.0, 0.0, 0.0);
    for ties in all.chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq()) {
        let t = count(ties.len());
        // All of a tie share the middle of the ranks they take together.
        let rank = before + f64::midpoint(t, 1.0);
        rank_sum += rank * count(ties.iter().filter(|(_, of_first)| *of_first).count());
        tie_term += t * t * t - t;
        before += t;
    }
    let u = rank_sum - n1 * (n1 + 1.0) / 2.0;
    let variance = n1 * n2 / 12.0 * ((n + 1.0) - tie_term / (n * (n - 1.0)));
    let z = if variance > 0.0 { (u - n1 * n2 / 2.0).abs() / variance.sqrt() } else { 0.0 };
    Verdict { above: u / (n1 * n2), p: two_sided(z) }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// P(|Z| ≥ z) of a standard normal, by the continued fraction's rational approximation (Abramowitz and Stegun 7.1.26,
/// absolute error below 1.5e-7).
fn two_sided(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592]
        .into_iter()
        .fold(0.0, |sum, factor| (sum + factor) * t);
    (polynomial * (-x * x).exp()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_distribution_is_not_told_apart() {
        let first: Vec<f64> = (0..200).map(|n| f64::from(n * 7 % 100)).collect();
        let second: Vec<f64> = (0..200).map(|n| f64::from(n * 13 % 100)).collect();
        let verdict = mann_whitney(&first, &second);
        assert!(verdict.p > 0.9, "{verdict:?}");
        assert!((verdict.above - 0.5).abs() < 0.01, "{verdict:?}");
    }

    #[test]
    fn a_small_constant_difference_is_found() {
        let first: Vec<f64> = (0..200).map(|n| f64::from(n * 7 % 100)).collect();
        let second: Vec<f64> = first.iter().map(|value| value + 20.0).collect();
        let verdict = mann_whitney(&first, &second);
        assert!(verdict.p < 1e-6, "{verdict:?}");
        assert!(verdict.above < 0.4, "{verdict:?}");
    }

    /// The textbook's tail of a standard normal.
    #[test]
    fn known_tails() {
        assert!((two_sided(1.959_964) - 0.05).abs() < 1e-5);
        assert!((two_sided(2.575_829) - 0.01).abs() < 1e-5);
        assert!((two_sided(0.0) - 1.0).abs() < 1e-6);
    }
}

//! Values that must never be printed.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

/// A client secret, a private key or a token: it can be read on purpose, but neither logged nor formatted by accident.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value into keeping.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares without telling by its time where the difference is.
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("tiger")), "Secret(…)");
    }

    #[test]
    fn a_secret_matches_itself_alone() {
        let secret = Secret::new("tiger");
        assert!(secret.matches("tiger"));
        assert!(!secret.matches("tigers"));
        assert!(!secret.matches(""));
    }
}

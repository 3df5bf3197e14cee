//! Logout tokens already honoured: each counts once (Back-Channel Logout §2.6, rule 8).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Only tokens with the issuer's signature get here, so this is a bound on the issuer, not on strangers.
const MOST: usize = 20_000;

/// `jti` values until their tokens expire.
#[derive(Default)]
pub(crate) struct SeenLogouts(Mutex<HashMap<String, i64>>);

impl SeenLogouts {
    /// Whether this `jti` is seen for the first time. A full memory answers no: refusing a logout token makes the issuer try
    /// again, accepting it unremembered would let it be replayed.
    pub(crate) fn first_time(&self, jti: &str, expires_at: i64, now: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST {
            seen.retain(|_, until| *until >= now);
        }
        if seen.len() >= MOST || seen.get(jti).is_some_and(|until| *until >= now) {
            return false;
        }
        seen.insert(jti.to_owned(), expires_at);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::SeenLogouts;

    #[test]
    fn a_jti_counts_once_while_its_token_lives() {
        let seen = SeenLogouts::default();
        assert!(seen.first_time("a", 100, 50));
        assert!(!seen.first_time("a", 100, 60));
        assert!(seen.first_time("b", 100, 60));
    }
}

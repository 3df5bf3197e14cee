//! The life of a signing key: next → active → retired → gone. Its state is a question of time alone, so that every
//! node that knows the same keys signs with the same one from the same instant on.

use std::time::Duration;

use super::client::SigningAlg;
use crate::Timestamp;
use crate::policy::KeyPolicy;

/// When a key does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLife {
    /// `kid`.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// From when it signs. Published before.
    pub activates_at: Timestamp,
    /// From when its successor signs; none while it has none.
    pub retires_at: Option<Timestamp>,
    /// From when it is no longer published, and what it signed no longer verifies.
    pub removed_at: Option<Timestamp>,
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not signing yet.
    Next,
    /// Signing.
    Active,
    /// Published so that what it signed still verifies.
    Retired,
    /// Nothing at all.
    Removed,
}

impl KeyState {
    /// As it stands in listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Removed => "removed",
        }
    }
}

impl KeyLife {
    /// Where the key stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        let passed = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if passed(self.removed_at) {
            KeyState::Removed
        } else if passed(self.retires_at) {
            KeyState::Retired
        } else if self.activates_at <= now {
            KeyState::Active
        } else {
            KeyState::Next
        }
    }
}

/// Something the schedule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStep {
    /// Make a key.
    Add {
        /// Of this kind.
        alg: SigningAlg,
        /// To sign from this instant on.
        activates_at: Timestamp,
        /// In place of this one, which retires at that instant.
        replaces: Option<String>,
        /// When the replaced one goes.
        replaced_removed_at: Timestamp,
    },
    /// Forget a key.
    Remove {
        /// Which.
        kid: String,
    },
}

/// What is to be done at `now`, for every algorithm.
#[must_use]
pub fn due(keys: &[KeyLife], policy: &KeyPolicy, now: Timestamp) -> Vec<KeyStep> {
    let removals = keys
        .iter()
        .filter(|key| key.state(now) == KeyState::Removed)
        .map(|key| KeyStep::Remove { kid: key.kid.clone() });
    let additions = SigningAlg::ALL.into_iter().filter_map(|alg| addition(keys, alg, policy, now));
    removals.chain(additions).collect()
}

fn addition(keys: &[KeyLife], alg: SigningAlg, policy: &KeyPolicy, now: Timestamp) -> Option<KeyStep> {
    let seconds = |count: u32| Duration::from_secs(count.into());
    let newest = keys
        .iter()
        .filter(|key| key.alg == alg && key.retires_at.is_none())
        .max_by_key(|key| key.activates_at);
    let activates_at = match newest {
        None => now,
        Some(newest) => {
            let planned = newest.activates_at + seconds(policy.active_seconds);
            if now + seconds(policy.announce_seconds) < planned {
                return None;
            }
            // A node that slept through the announcement announces late rather than not at all.
            planned.max(now + seconds(policy.announce_seconds))
        }
    };
    Some(KeyStep::Add {
        alg,
        activates_at,
        replaces: newest.map(|key| key.kid.clone()),
        replaced_removed_at: activates_at + seconds(policy.retire_seconds),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::from_millis;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn at(day: i64) -> Timestamp {
        from_millis(1_700_000_000_000 + day * DAY)
    }

    /// Does what is due, as the service would.
    fn apply(keys: &mut Vec<KeyLife>, policy: &KeyPolicy, now: Timestamp) {
        for step in due(keys, policy, now) {
            match step {
                KeyStep::Remove { kid } => keys.retain(|key| key.kid != kid),
                KeyStep::Add { alg, activates_at, replaces, replaced_removed_at } => {
                    for key in keys.iter_mut().filter(|key| Some(&key.kid) == replaces.as_ref()) {
                        key.retires_at = Some(activates_at);
                        key.removed_at = Some(replaced_removed_at);
                    }
                    let kid = format!("{}-{}", alg.as_str(), activates_at.timestamp());
                    keys.push(KeyLife { kid, alg, activates_at, retires_at: None, removed_at: None });
                }
            }
        }
    }

    fn states(keys: &[KeyLife], now: Timestamp) -> Vec<&'static str> {
        keys.iter().filter(|key| key.alg == SigningAlg::Es256).map(|key| key.state(now).as_str()).collect()
    }

    #[test]
    fn a_key_is_next_then_active_then_retired_then_gone() {
        let (mut keys, policy) = (Vec::new(), KeyPolicy::default());
        apply(&mut keys, &policy, at(0));
        assert_eq!(states(&keys, at(0)), ["active"]);
        apply(&mut keys, &policy, at(87));
        assert_eq!(states(&keys, at(87)), ["active"]);
        apply(&mut keys, &policy, at(88));
        assert_eq!(states(&keys, at(88)), ["active", "next"]);
        apply(&mut keys, &policy, at(89));
        assert_eq!(states(&keys, at(90)), ["retired", "active"]);
        assert_eq!(states(&keys, at(97)), ["removed", "active"]);
        apply(&mut keys, &policy, at(97));
        assert_eq!(states(&keys, at(97)), ["active"]);
    }

    #[test]
    fn a_late_announcement_is_still_one() {
        let (mut keys, policy) = (Vec::new(), KeyPolicy::default());
        apply(&mut keys, &policy, at(0));
        apply(&mut keys, &policy, at(500));
        assert_eq!(states(&keys, at(501)), ["active", "next"]);
        assert_eq!(states(&keys, at(502)), ["retired", "active"]);
    }

    proptest! {
        #[test]
        fn there_is_always_one_signer_and_never_a_surprise(gaps in proptest::collection::vec(0i64..200, 1..40)) {
            let (mut keys, policy, mut day) = (Vec::new(), KeyPolicy::default(), 0);
            apply(&mut keys, &policy, at(0));
            for gap in gaps {
                let published: Vec<_> = keys.iter().map(|key| key.kid.clone()).collect();
                for passing in day..=day + gap {
                    for alg in SigningAlg::ALL {
                        let active: Vec<_> =
                            keys.iter().filter(|key| key.alg == alg && key.state(at(passing)) == KeyState::Active).collect();
                        prop_assert_eq!(active.len(), 1);
                        prop_assert!(published.contains(&active[0].kid));
                    }
                }
                day += gap;
                apply(&mut keys, &policy, at(day));
            }
        }
    }
}

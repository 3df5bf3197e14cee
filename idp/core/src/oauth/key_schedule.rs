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
    /// Let a key sign before its time.
    Activate {
        /// Which.
        kid: String,
        /// From when.
        at: Timestamp,
    },
    /// Say when a key stops signing, and when it goes.
    Retire {
        /// Which.
        kid: String,
        /// From when it no longer signs.
        at: Timestamp,
        /// From when it is nothing at all.
        removed_at: Timestamp,
    },
    /// Let a key sign on: what was to replace it will not.
    Keep {
        /// Which.
        kid: String,
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

/// What lets the next key of `alg` sign at `now`, before its time: it takes over, and a fresh one is next. Where none has
/// been announced yet, one is made, and signs as soon as every node has published it. Nothing, where no key signs.
#[must_use]
pub fn hand_over(keys: &[KeyLife], alg: SigningAlg, policy: &KeyPolicy, now: Timestamp) -> Vec<KeyStep> {
    let Some(active) = of(keys, alg, KeyState::Active, now) else { return Vec::new() };
    let retire = seconds(policy.retire_seconds);
    if let Some(next) = of(keys, alg, KeyState::Next, now) {
        return take_over(active, next, now + retire, policy, now);
    }
    let activates_at = now + seconds(policy.refresh_seconds);
    vec![KeyStep::Add {
        alg,
        activates_at,
        replaces: Some(active.kid.clone()),
        replaced_removed_at: activates_at + retire,
    }]
}

/// What takes a key that is no longer trusted away at `now`, so that nothing it signed verifies. Another one signs in its
/// place at once. Nothing, where there is no such key.
#[must_use]
pub fn withdraw(keys: &[KeyLife], kid: &str, policy: &KeyPolicy, now: Timestamp) -> Vec<KeyStep> {
    let Some(key) = keys.iter().find(|key| key.kid == kid) else { return Vec::new() };
    let gone = |at| KeyStep::Retire { kid: key.kid.clone(), at, removed_at: now };
    match (key.state(now), of(keys, key.alg, KeyState::Next, now)) {
        (KeyState::Active, Some(next)) => take_over(key, next, now, policy, now),
        (KeyState::Active, None) => vec![KeyStep::Add {
            alg: key.alg,
            activates_at: now,
            replaces: Some(key.kid.clone()),
            replaced_removed_at: now,
        }],
        (KeyState::Next, _) => {
            let former = keys.iter().find(|former| {
                former.alg == key.alg && former.kid != key.kid && former.retires_at == Some(key.activates_at)
            });
            let kept = former.map(|former| KeyStep::Keep { kid: former.kid.clone() });
            kept.into_iter().chain([gone(now)]).collect()
        }
        (KeyState::Retired, _) => vec![gone(key.retires_at.unwrap_or(now))],
        (KeyState::Removed, _) => Vec::new(),
    }
}

/// The next key signs at once, and a fresh one is next.
fn take_over(
    active: &KeyLife,
    next: &KeyLife,
    removed_at: Timestamp,
    policy: &KeyPolicy,
    now: Timestamp,
) -> Vec<KeyStep> {
    let mut steps = vec![
        KeyStep::Retire { kid: active.kid.clone(), at: now, removed_at },
        KeyStep::Activate { kid: next.kid.clone(), at: now },
    ];
    if next.retires_at.is_none() {
        let activates_at = now + seconds(policy.active_seconds);
        steps.push(KeyStep::Add {
            alg: next.alg,
            activates_at,
            replaces: Some(next.kid.clone()),
            replaced_removed_at: activates_at + seconds(policy.retire_seconds),
        });
    }
    steps
}

/// The first key of `alg` that stands so at `now`.
fn of(keys: &[KeyLife], alg: SigningAlg, state: KeyState, now: Timestamp) -> Option<&KeyLife> {
    let standing = keys.iter().filter(|key| key.alg == alg && key.state(now) == state);
    standing.min_by_key(|key| key.activates_at)
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
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
        carry_out(keys, due(keys, policy, now));
    }

    fn carry_out(keys: &mut Vec<KeyLife>, steps: Vec<KeyStep>) {
        let edit = |keys: &mut Vec<KeyLife>, kid: &str, edit: &dyn Fn(&mut KeyLife)| {
            keys.iter_mut().filter(|key| key.kid == kid).for_each(edit);
        };
        for step in steps {
            match step {
                KeyStep::Remove { kid } => keys.retain(|key| key.kid != kid),
                KeyStep::Activate { kid, at } => edit(keys, &kid, &|key| key.activates_at = at),
                KeyStep::Keep { kid } => {
                    edit(keys, &kid, &|key| (key.retires_at, key.removed_at) = (None, None));
                }
                KeyStep::Retire { kid, at, removed_at } => edit(keys, &kid, &|key| {
                    (key.retires_at, key.removed_at) = (Some(at), Some(removed_at));
                }),
                KeyStep::Add { alg, activates_at, replaces, replaced_removed_at } => {
                    let times = (Some(activates_at), Some(replaced_removed_at));
                    let replaces = replaces.unwrap_or_default();
                    edit(keys, &replaces, &|key| (key.retires_at, key.removed_at) = times);
                    let kid = format!("{}-{}-{}", alg.as_str(), activates_at.timestamp(), keys.len());
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

    /// The `kid` of the only key that signs.
    fn signer(keys: &[KeyLife], now: Timestamp) -> String {
        let active: Vec<_> = keys
            .iter()
            .filter(|key| key.alg == SigningAlg::Es256 && key.state(now) == KeyState::Active)
            .collect();
        assert_eq!(active.len(), 1, "{keys:?}");
        active[0].kid.clone()
    }

    #[test]
    fn a_key_that_was_announced_takes_over_at_once_and_another_is_next() {
        let (mut keys, policy) = (Vec::new(), KeyPolicy::default());
        apply(&mut keys, &policy, at(0));
        apply(&mut keys, &policy, at(88));
        let former = signer(&keys, at(88));
        let steps = hand_over(&keys, SigningAlg::Es256, &policy, at(89));
        carry_out(&mut keys, steps);
        assert_eq!(states(&keys, at(89)), ["retired", "active", "next"]);
        assert_ne!(signer(&keys, at(89)), former);
        // The schedule goes on from there.
        for day in 89..400 {
            apply(&mut keys, &policy, at(day));
            signer(&keys, at(day));
        }
    }

    #[test]
    fn where_none_was_announced_one_is_published_before_it_signs() {
        let (mut keys, policy) = (Vec::new(), KeyPolicy::default());
        assert_eq!(hand_over(&keys, SigningAlg::Es256, &policy, at(0)), []);
        apply(&mut keys, &policy, at(0));
        let steps = hand_over(&keys, SigningAlg::Es256, &policy, at(10));
        carry_out(&mut keys, steps);
        assert_eq!(states(&keys, at(10)), ["active", "next"]);
        let soon = at(10) + seconds(policy.refresh_seconds);
        assert_eq!(states(&keys, soon), ["retired", "active"]);
        assert_eq!(states(&keys, soon + seconds(policy.retire_seconds)), ["removed", "active"]);
        let others = keys.iter().filter(|key| key.alg != SigningAlg::Es256);
        assert!(others.clone().count() == 3 && others.into_iter().all(|key| key.retires_at.is_none()));
    }

    #[test]
    fn a_key_that_is_not_trusted_is_gone_at_once_and_another_signs() {
        let policy = KeyPolicy::default();
        let fresh = || {
            let mut keys = Vec::new();
            apply(&mut keys, &policy, at(0));
            keys
        };
        // The one that signs, with and without another announced.
        for day in [10, 88] {
            let mut keys = fresh();
            apply(&mut keys, &policy, at(day));
            let bad = signer(&keys, at(day));
            let steps = withdraw(&keys, &bad, &policy, at(day));
            carry_out(&mut keys, steps);
            let state = keys.iter().find(|key| key.kid == bad).map(|key| key.state(at(day)));
            assert_eq!(state, Some(KeyState::Removed));
            assert_ne!(signer(&keys, at(day)), bad);
            assert_eq!(withdraw(&keys, &bad, &policy, at(day)), [], "it is gone already");
        }
        // The next one: the present one signs on, and gets another successor in time.
        let mut keys = fresh();
        apply(&mut keys, &policy, at(88));
        let present = signer(&keys, at(88));
        let next =
            keys.iter().find(|key| key.alg == SigningAlg::Es256 && key.kid != present).unwrap().kid.clone();
        let steps = withdraw(&keys, &next, &policy, at(88));
        carry_out(&mut keys, steps);
        apply(&mut keys, &policy, at(88));
        for day in 88..200 {
            apply(&mut keys, &policy, at(day));
            assert_ne!(signer(&keys, at(day)), next);
        }
        // A retired one.
        let mut keys = fresh();
        apply(&mut keys, &policy, at(88));
        let old = signer(&keys, at(88));
        let steps = withdraw(&keys, &old, &policy, at(91));
        carry_out(&mut keys, steps);
        assert_eq!(states(&keys, at(91)), ["removed", "active"]);
        assert_eq!(withdraw(&keys, "nobody", &policy, at(91)), []);
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

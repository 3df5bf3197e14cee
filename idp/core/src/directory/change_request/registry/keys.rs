//! Signing keys before their time: the next one takes over at once, or one that is no longer trusted goes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{Change, FieldDifference, Judged, Subject, Target, TargetKind};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::permission::Action;
use crate::oauth::client::SigningAlg;
use crate::oauth::key_schedule::{KeyLife, KeyState, KeyStep, hand_over, withdraw};
use crate::policy::KeyPolicy;

/// Another key for an algorithm, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateKeys {
    /// Which.
    pub algorithm: String,
}

/// A key that is to go, as typed and as signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetireKey {
    /// Which.
    pub kid: String,
}

/// Another key for an algorithm, as signed. Which keys that is about stands in the difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRotation {
    /// Which.
    pub algorithm: SigningAlg,
}

/// The keys that there are.
#[derive(Clone, Copy)]
pub struct KeyFacts<'a> {
    /// Each of them.
    pub keys: &'a [KeyLife],
    /// Counts their changes.
    pub version: i64,
    /// How long keys live.
    pub policy: &'a KeyPolicy,
    /// The moment.
    pub now: Timestamp,
}

/// The keys of an algorithm, or a key, among the things that requests change.
#[must_use]
pub fn target(name: &str) -> Target {
    Target::new(TargetKind::Key, name.trim())
}

/// The next key of an algorithm signs from now on.
pub fn judge_rotation(
    asker: Asker,
    facts: &KeyFacts<'_>,
    draft: &RotateKeys,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.must("algorithm", Action::RotateKey, findings)?;
    let expected = || FindingCode::Unknown { expected: SigningAlg::ALL.map(SigningAlg::as_str).join(", ") };
    let algorithm: SigningAlg =
        findings.take("algorithm", draft.algorithm.trim().parse().map_err(|_| expected()))?;
    let steps = hand_over(facts.keys, algorithm, facts.policy, facts.now);
    if steps.is_empty() {
        findings.note("algorithm", FindingCode::NotFound);
    }
    let change = Change::RotateKeys(SignedRotation { algorithm });
    judged(facts, change, algorithm.as_str(), &steps, findings)
}

/// A key is trusted no longer.
pub fn judge_retirement(
    asker: Asker,
    facts: &KeyFacts<'_>,
    draft: &RetireKey,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.must("kid", Action::RotateKey, findings)?;
    let kid = draft.kid.trim().to_owned();
    let steps = withdraw(facts.keys, &kid, facts.policy, facts.now);
    if steps.is_empty() {
        findings.note("kid", FindingCode::NotFound);
    }
    let name = kid.clone();
    judged(facts, Change::RetireKey(RetireKey { kid }), &name, &steps, findings)
}

fn judged(
    facts: &KeyFacts<'_>,
    change: Change,
    name: &str,
    steps: &[KeyStep],
    findings: &Findings,
) -> Option<Judged> {
    let subject = Subject {
        target: target(name),
        version: facts.version,
        difference: difference(facts.keys, steps, facts.now),
    };
    (!findings.stop()).then_some(Judged { change, subject })
}

/// What becomes of which key, and of the one that is made: where each stands now, and where it is to stand.
#[must_use]
pub fn difference(keys: &[KeyLife], steps: &[KeyStep], now: Timestamp) -> Vec<FieldDifference> {
    let state = |kid: &str| {
        let key = keys.iter().find(|key| key.kid == kid);
        key.map_or(Value::Null, |key| key.state(now).as_str().into())
    };
    let becomes = |kid: &String, state_after: KeyState| FieldDifference {
        field: kid.clone(),
        before: state(kid),
        after: state_after.as_str().into(),
    };
    let told = steps.iter().flat_map(|step| match step {
        KeyStep::Add { activates_at, replaces, replaced_removed_at, .. } => {
            let is_replaced_at_once = *replaced_removed_at <= now;
            let replaced = replaces.iter().filter(move |_| is_replaced_at_once);
            let replaced = replaced.map(|kid| becomes(kid, KeyState::Removed));
            let after = if *activates_at <= now { KeyState::Active } else { KeyState::Next };
            let made = FieldDifference {
                field: "new".to_owned(),
                before: Value::Null,
                after: after.as_str().into(),
            };
            replaced.chain([made]).collect::<Vec<_>>()
        }
        KeyStep::Activate { kid, .. } => vec![becomes(kid, KeyState::Active)],
        KeyStep::Retire { kid, removed_at, .. } => {
            let after = if *removed_at <= now { KeyState::Removed } else { KeyState::Retired };
            vec![becomes(kid, after)]
        }
        KeyStep::Remove { kid } => vec![becomes(kid, KeyState::Removed)],
        KeyStep::Keep { .. } => Vec::new(),
    });
    told.collect()
}

#[cfg(test)]
mod tests;

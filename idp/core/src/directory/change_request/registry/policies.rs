//! Policies of the house, changed while it is running: one value at a time, or back to what the configuration says.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{Change, FieldDifference, Judged, Subject, Target, TargetKind};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::permission::Action;
use crate::policy::{CHANGEABLE, Changeable, Fitted, Overrides, Policy, fitted};

/// A policy and its value, as typed and as signed. Null is what the configuration says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// Which, dotted.
    pub name: String,
    /// Its value.
    #[serde(deserialize_with = "given")]
    pub value: Value,
}

/// A value that is there, null or not.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// What is known of policies.
#[derive(Clone, Copy)]
pub struct PolicyFacts<'a> {
    /// What the configuration says.
    pub configured: &'a Policy,
    /// What requests have signed, whether it fits now or not.
    pub signed: &'a Overrides,
    /// Counts the changes of the one that is named; 0 where there was none.
    pub version: i64,
}

/// A policy, among the things that requests change.
#[must_use]
pub fn target(name: &str) -> Target {
    Target::new(TargetKind::Policy, named(name))
}

/// The name of a policy as it is looked up.
#[must_use]
pub fn named(typed: &str) -> String {
    let typed = typed.trim();
    typed.strip_prefix("policy.").unwrap_or(typed).to_owned()
}

/// Another value of a policy.
pub fn judge(
    asker: Asker,
    facts: &PolicyFacts<'_>,
    draft: &ChangePolicy,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.must("name", Action::MaintainPolicy, findings)?;
    let name = named(&draft.name);
    let changeable = findings.take("name", Changeable::named(&name).ok_or(FindingCode::NotFound))?;
    if !draft.value.is_null() {
        findings.take("value", changeable.may_be(&draft.value));
    }
    let change = ChangePolicy { name: name.clone(), value: draft.value.clone() };
    if facts.signed.get(&name).unwrap_or(&Value::Null) == &change.value {
        findings.note("value", FindingCode::NothingChanges);
    }
    let difference = findings.take("value", difference(facts.configured, facts.signed, &change))?;
    let subject = Subject { target: target(&name), version: facts.version, difference };
    (!findings.stop()).then_some(Judged { change: Change::ChangePolicy(change), subject })
}

/// What `change` does beside all that is signed: to the policy that it names, and to every other one that it takes with
/// it. A value has to fit, and to leave the others in effect; back to the configuration is always a way.
pub fn difference(
    configured: &Policy,
    signed: &Overrides,
    change: &ChangePolicy,
) -> Result<Vec<FieldDifference>, FindingCode> {
    let mut changed = signed.clone();
    if change.value.is_null() {
        changed.remove(&change.name);
    } else {
        changed.insert(change.name.clone(), change.value.clone());
    }
    let (before, after) = (fitted(configured, signed), fitted(configured, &changed));
    if !change.value.is_null() {
        let lost = |name: &String| *name == change.name || before.kept.contains_key(name);
        if let Some((_, why)) = after.left_out.iter().find(|(name, _)| lost(name)) {
            return Err(FindingCode::BadOption { reason: why.clone() });
        }
    }
    let source = |fitted: &Fitted| {
        if fitted.left_out.contains_key(&change.name) {
            "left_out"
        } else if fitted.kept.contains_key(&change.name) {
            "request"
        } else {
            "configuration"
        }
    };
    let own = |policy: &Policy| {
        Changeable::named(&change.name).map(|changeable| changeable.value_in(policy)).unwrap_or_default()
    };
    let mut all = vec![
        ("value", own(&before.policy), own(&after.policy)),
        ("source", source(&before).into(), source(&after).into()),
    ];
    let others = CHANGEABLE.iter().filter(|changeable| changeable.name != change.name);
    all.extend(
        others.map(|other| (other.name, other.value_in(&before.policy), other.value_in(&after.policy))),
    );
    let differing = all.into_iter().filter(|(_, before, after)| before != after);
    Ok(differing
        .map(|(field, before, after)| FieldDifference { field: field.to_owned(), before, after })
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::directory::change_request::actions::Stand;
    use crate::directory::permission::{DaEmails, Office};
    use crate::directory::phase::Phase;
    use crate::policy::{PasswordPolicy, SessionPolicy};

    fn judged(
        office: Office,
        signed: &Overrides,
        name: &str,
        value: Value,
    ) -> Result<Judged, Vec<(String, FindingCode)>> {
        let stand = Stand { phase: Phase::Complete, da_emails: DaEmails::Open };
        let configured = Policy::default();
        let facts = PolicyFacts { configured: &configured, signed, version: 4 };
        let mut findings = Findings::default();
        let draft = ChangePolicy { name: name.into(), value };
        let judged = judge(Asker { office, stand }, &facts, &draft, &mut findings);
        let said = findings.into_vec().into_iter().map(|finding| (finding.field, finding.code));
        judged.ok_or_else(|| said.collect())
    }

    #[test]
    fn a_value_is_shown_before_and_after_and_where_it_comes_from() {
        let nothing = Overrides::new();
        let made = judged(Office::Operator, &nothing, "policy.requests.days_to_sign", json!(7)).unwrap();
        assert_eq!(
            (made.subject.target.to_string().as_str(), made.subject.version),
            ("policy:requests.days_to_sign", 4)
        );
        let shown = serde_json::to_value(&made.subject.difference).unwrap();
        let expected = json!([
            { "field": "value", "before": 14, "after": 7 },
            { "field": "source", "before": "configuration", "after": "request" }
        ]);
        assert_eq!(shown, expected);
        let changed = Overrides::from([("requests.days_to_sign".to_owned(), json!(7))]);
        let back = judged(Office::Operator, &changed, "requests.days_to_sign", Value::Null).unwrap();
        assert_eq!(back.subject.difference[0].after, 14);
        assert_eq!(back.subject.difference[1].after, "configuration");
        let written = serde_json::to_value(&back.change).unwrap();
        assert_eq!(serde_json::from_value::<Change>(written).unwrap(), back.change);
    }

    #[test]
    fn back_to_the_configuration_is_always_a_way_and_says_what_it_takes_along() {
        let configured = Policy {
            password: PasswordPolicy { max_length: 60, ..PasswordPolicy::default() },
            session: SessionPolicy { idle_seconds: 7_200, ..SessionPolicy::default() },
            ..Policy::default()
        };
        let signed = [
            ("password.min_length", json!(64)),
            ("session.absolute_seconds", json!(3_600)),
            ("session.idle_seconds", json!(1_800)),
        ];
        let signed: Overrides = signed.map(|(name, value)| (name.to_owned(), value)).into();
        let told = |name: &str, value: Value| {
            let change = ChangePolicy { name: name.into(), value };
            difference(&configured, &signed, &change).map(|told| serde_json::to_value(told).unwrap())
        };
        let back = told("password.min_length", Value::Null).unwrap();
        let source = json!({ "field": "source", "before": "left_out", "after": "configuration" });
        assert_eq!(back, json!([source]));
        let mended = told("password.min_length", json!(12)).unwrap();
        assert_eq!(mended[1], json!({ "field": "source", "before": "left_out", "after": "request" }));
        // Another one is mended beside it, and one that another depends on takes that along.
        assert!(told("requests.days_to_sign", json!(3)).is_ok());
        assert_eq!(
            told("session.idle_seconds", Value::Null).unwrap(),
            json!([
                { "field": "value", "before": 1_800, "after": 7_200 },
                { "field": "source", "before": "request", "after": "configuration" },
                { "field": "session.absolute_seconds", "before": 3_600, "after": 43_200 }
            ])
        );
        let lost = told("session.idle_seconds", json!(14_400)).unwrap_err();
        assert!(matches!(&lost, FindingCode::BadOption { reason } if reason.contains("idle")), "{lost:?}");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let nothing = Overrides::new();
        let refused = |name: &str, value: Value| judged(Office::Operator, &nothing, name, value).unwrap_err();
        assert_eq!(refused("hashing.iterations", json!(1)), [("name".into(), FindingCode::NotFound)]);
        let range = FindingCode::OutOfRange { least: 1, most: 90 };
        assert_eq!(refused("requests.days_to_sign", json!(0)), [("value".into(), range)]);
        assert_eq!(
            refused("requests.days_to_sign", Value::Null),
            [("value".into(), FindingCode::NothingChanges)]
        );
        let wrong = refused("requests.days_to_sign", json!("seven"));
        assert!(
            matches!(&wrong[..], [(field, FindingCode::BadOption { .. })] if field == "value"),
            "{wrong:?}"
        );
        let administrator =
            judged(Office::DelegatedAdministrator, &nothing, "requests.days_to_sign", json!(7));
        assert_eq!(administrator.unwrap_err(), [("name".into(), FindingCode::ForOperators)]);
    }
}

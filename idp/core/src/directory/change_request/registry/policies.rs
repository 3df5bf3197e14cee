//! Policies of the house, changed while it is running: one value at a time, or back to what the configuration says.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{Change, FieldDifference, Judged, Subject, Target, TargetKind};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::permission::Action;
use crate::policy::{Changeable, Overrides, Policy, overlaid};

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
    /// What requests have changed.
    pub overrides: &'a Overrides,
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
    let before = findings.take("name", in_effect(facts, facts.overrides))?;
    let mut overrides = facts.overrides.clone();
    if draft.value.is_null() {
        overrides.remove(&name);
    } else {
        overrides.insert(name.clone(), draft.value.clone());
    }
    if overrides == *facts.overrides {
        findings.note("value", FindingCode::NothingChanges);
    }
    let after = findings.take("value", in_effect(facts, &overrides))?;
    let source =
        |overrides: &Overrides| if overrides.contains_key(&name) { "request" } else { "configuration" };
    let all = [
        ("value", changeable.value_in(&before), changeable.value_in(&after)),
        ("source", source(facts.overrides).into(), source(&overrides).into()),
    ];
    let difference = all
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| FieldDifference { field: field.to_owned(), before, after });
    let subject = Subject { target: target(&name), version: facts.version, difference: difference.collect() };
    let change = Change::ChangePolicy(ChangePolicy { name, value: draft.value.clone() });
    (!findings.stop()).then_some(Judged { change, subject })
}

fn in_effect(facts: &PolicyFacts<'_>, overrides: &Overrides) -> Result<Policy, FindingCode> {
    overlaid(facts.configured, overrides)
        .map_err(|(name, message)| FindingCode::BadOption { reason: format!("{name} {message}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::directory::change_request::actions::Stand;
    use crate::directory::permission::{DaEmails, Office};
    use crate::directory::phase::Phase;

    fn judged(
        office: Office,
        overrides: &Overrides,
        name: &str,
        value: Value,
    ) -> Result<Judged, Vec<(String, FindingCode)>> {
        let stand = Stand { phase: Phase::Complete, da_emails: DaEmails::Open };
        let configured = Policy::default();
        let facts = PolicyFacts { configured: &configured, overrides, version: 4 };
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

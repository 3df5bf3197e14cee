//! Policies that operators may change while the house is running, by their dotted names.
//!
//! What is not in this list belongs to whoever configures a node: it is read once, costs a machine, or must be the same
//! for as long as the installation lives.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Policy;
use crate::directory::finding::FindingCode;

/// What a value is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// How many.
    Count,
    /// Characters.
    Characters,
    /// One of a few words.
    Word,
}

impl Unit {
    /// The word in the management API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Days => "days",
            Self::Count => "count",
            Self::Characters => "characters",
            Self::Word => "word",
        }
    }
}

/// A policy that may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changeable {
    /// Its dotted name, without `policy.` before it.
    pub name: &'static str,
    /// What its value is a number of.
    pub unit: Unit,
    /// The least and the most that operators may give it. A configuration may go further, on its author's own head.
    pub range: (u32, u32),
}

const fn number(name: &'static str, unit: Unit, least: u32, most: u32) -> Changeable {
    Changeable { name, unit, range: (least, most) }
}

/// Every policy that may be changed, by name.
pub const CHANGEABLE: [Changeable; 20] = [
    number("approval_code.code_tries", Unit::Count, 1, 10),
    number("approval_code.maker_tries", Unit::Count, 1, 10),
    number("approval_code.mode", Unit::Word, 0, 0),
    number("lockout.free_tries", Unit::Count, 3, 20),
    number("lockout.lock_after_otps", Unit::Count, 3, 10),
    number("lockout.lock_after_passwords", Unit::Count, 10, 1_000),
    number("management.step_up_seconds", Unit::Seconds, 60, 900),
    number("otp.email_seconds", Unit::Seconds, 60, 900),
    number("otp.email_tries", Unit::Count, 1, 10),
    number("otp.emails_per_hour", Unit::Count, 1, 20),
    number("otp.enrolment_code_seconds", Unit::Seconds, 3_600, 2_592_000),
    number("otp.resend_seconds", Unit::Seconds, 10, 300),
    number("password.history", Unit::Count, 0, 24),
    number("password.min_length", Unit::Characters, 8, 64),
    number("password.min_score", Unit::Count, 2, 4),
    number("requests.batch_lines", Unit::Count, 1, 20_000),
    number("requests.days_to_sign", Unit::Days, 1, 90),
    number("session.absolute_seconds", Unit::Seconds, 3_600, 86_400),
    number("session.idle_seconds", Unit::Seconds, 300, 14_400),
    number("token.code_seconds", Unit::Seconds, 10, 120),
];

/// Values by the names of their policies.
pub type Overrides = BTreeMap<String, Value>;

impl Changeable {
    /// The policy of that name, if it may be changed.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CHANGEABLE.iter().find(|changeable| changeable.name == name)
    }

    /// Its value in `policy`.
    #[must_use]
    pub fn value_in(&self, policy: &Policy) -> Value {
        let all = serde_json::to_value(policy).unwrap_or_default();
        all.pointer(&pointer(self.name)).cloned().unwrap_or_default()
    }

    /// Whether operators may give it this value; whether it fits its type, [`overlaid`] says.
    pub fn may_be(&self, value: &Value) -> Result<(), FindingCode> {
        let (least, most) = self.range;
        match (self.unit, value.as_u64()) {
            (Unit::Word, _) | (_, None) => Ok(()),
            (_, Some(number)) if (u64::from(least)..=u64::from(most)).contains(&number) => Ok(()),
            _ => Err(FindingCode::OutOfRange { least, most }),
        }
    }
}

/// The policy that `overrides` make of `configured`, read as a configuration is; or the name of what cannot be, and why.
pub fn overlaid(configured: &Policy, overrides: &Overrides) -> Result<Policy, (String, String)> {
    let mut all = serde_json::to_value(configured).map_err(|error| (String::new(), error.to_string()))?;
    for (name, value) in overrides {
        let Some(place) = Changeable::named(name).and_then(|known| all.pointer_mut(&pointer(known.name)))
        else {
            return Err((name.clone(), "is not a policy that can be changed".to_owned()));
        };
        *place = value.clone();
        // One at a time, so that it is known which one does not fit.
        if let Err(error) = serde_json::from_value::<Policy>(all.clone()) {
            return Err((name.clone(), error.to_string()));
        }
    }
    let policy: Policy = serde_json::from_value(all).map_err(|error| (String::new(), error.to_string()))?;
    let present = configured.problems();
    match policy.problems().into_iter().find(|problem| !present.contains(problem)) {
        Some(problem) => Err((problem.name, problem.message)),
        None => Ok(policy),
    }
}

/// What is in effect of signed values: those that fit the configuration and each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The policy in effect.
    pub policy: Policy,
    /// The values in effect.
    pub kept: Overrides,
    /// Those that do not fit, and why: after an upgrade, or beside another configuration.
    pub left_out: BTreeMap<String, String>,
}

/// What is in effect of `signed` over `configured`: the values are tried one by one by name, and those that do not fit are
/// tried again as long as more of the others fit. None of them stands in the way of the rest.
#[must_use]
pub fn fitted(configured: &Policy, signed: &Overrides) -> Fitted {
    let mut fitted = Fitted { policy: configured.clone(), kept: Overrides::new(), left_out: BTreeMap::new() };
    loop {
        let before = fitted.kept.len();
        for (name, value) in signed {
            if fitted.kept.contains_key(name) {
                continue;
            }
            let mut tried = fitted.kept.clone();
            tried.insert(name.clone(), value.clone());
            match overlaid(configured, &tried) {
                Ok(policy) => {
                    fitted.left_out.remove(name);
                    (fitted.policy, fitted.kept) = (policy, tried);
                }
                Err((about, why)) => {
                    fitted.left_out.insert(name.clone(), format!("{about} {why}"));
                }
            }
        }
        if fitted.left_out.is_empty() || fitted.kept.len() == before {
            return fitted;
        }
    }
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(name: &str, value: Value) -> Result<Policy, (String, String)> {
        overlaid(&Policy::default(), &Overrides::from([(name.to_owned(), value)]))
    }

    #[test]
    fn every_one_is_there_in_order_and_its_default_is_within_its_range() {
        let policy = Policy::default();
        assert!(CHANGEABLE.is_sorted_by_key(|changeable| changeable.name));
        for changeable in &CHANGEABLE {
            let value = changeable.value_in(&policy);
            assert_eq!(changeable.may_be(&value), Ok(()), "{}", changeable.name);
            assert_eq!(with(changeable.name, value.clone()).unwrap(), policy, "{} {value}", changeable.name);
        }
    }

    #[test]
    fn a_value_is_read_as_the_configuration_reads_it() {
        assert_eq!(with("otp.email_seconds", json!(120)).unwrap().otp.email_seconds, 120);
        for (name, value, says) in [
            ("otp.email_seconds", json!("120"), "invalid type"),
            ("otp.email_seconds", json!(-1), "invalid value"),
            ("otp.email_seconds", json!(1.5), "invalid type"),
            ("otp.email_seconds", json!(null), "invalid type"),
            ("otp.email_seconds", json!({ "x": 1 }), "invalid type"),
            ("password.min_score", json!(300), "invalid value"),
            ("approval_code.mode", json!("never"), "unknown variant"),
            ("hashing.iterations", json!(1), "is not a policy that can be changed"),
            ("otp", json!({}), "is not a policy that can be changed"),
        ] {
            let (field, message) = with(name, value.clone()).unwrap_err();
            assert_eq!(field, name);
            assert!(message.contains(says), "{name} {value}: {message}");
        }
    }

    #[test]
    fn one_that_does_not_fit_stands_in_nobodys_way() {
        let mut configured = Policy::default();
        configured.password.max_length = 60;
        let signed = [
            ("gone.by_now", json!(1)),
            ("otp.email_seconds", json!("soon")),
            ("otp.resend_seconds", json!(45)),
            ("password.min_length", json!(64)),
            ("requests.days_to_sign", json!(3)),
        ];
        let signed: Overrides = signed.map(|(name, value)| (name.to_owned(), value)).into();
        let found = fitted(&configured, &signed);
        let left_out: Vec<&str> = found.left_out.keys().map(String::as_str).collect();
        assert_eq!(left_out, ["gone.by_now", "otp.email_seconds", "password.min_length"]);
        assert!(found.left_out["password.min_length"].contains("max_length"), "{:?}", found.left_out);
        let policy = &found.policy;
        assert_eq!((policy.otp.resend_seconds, policy.requests.days_to_sign), (45, 3));
        assert_eq!(policy.password.min_length, configured.password.min_length);
        configured.password.max_length = 64;
        assert_eq!(fitted(&configured, &signed).policy.password.min_length, 64);
    }

    #[test]
    fn what_goes_together_is_in_effect_whatever_its_name() {
        let mut configured = Policy::default();
        configured.session.idle_seconds = 7_200;
        // The first by name fits only with the second.
        let signed = [("session.absolute_seconds", json!(3_600)), ("session.idle_seconds", json!(1_800))];
        let signed: Overrides = signed.map(|(name, value)| (name.to_owned(), value)).into();
        let found = fitted(&configured, &signed);
        assert_eq!((&found.kept, found.left_out.len()), (&signed, 0));
        assert_eq!(found.policy.session.absolute_seconds, 3_600);
    }

    #[test]
    fn what_does_not_go_together_is_refused_and_so_is_what_is_too_far() {
        let (name, message) = with("session.idle_seconds", json!(100_000)).unwrap_err();
        assert_eq!(
            (name.as_str(), message.as_str()),
            ("session.idle_seconds", "is between 1 and `absolute_seconds`")
        );
        let steps = Changeable::named("management.step_up_seconds").unwrap();
        for value in [0, 59, 901] {
            let refused = Err(FindingCode::OutOfRange { least: 60, most: 900 });
            assert_eq!(steps.may_be(&json!(value)), refused, "{value}");
        }
        assert_eq!(steps.may_be(&json!(60)), Ok(()));
    }
}

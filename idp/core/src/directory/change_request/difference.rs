//! What a change does, field by field: the same list for the maker before sending, for the checker before signing, and
//! for the audit afterwards.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One field that a change gives another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// Its name, as in the management API.
    pub field: String,
    /// What it is now; null where there is nothing yet.
    pub before: Value,
    /// What it is to be; null where nothing remains.
    pub after: Value,
}

impl FieldDifference {
    /// That `field` is `after` rather than `before`.
    #[must_use]
    pub fn of(field: &str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        Self { field: field.to_owned(), before: before.into(), after: after.into() }
    }
}

/// The fields in which two states of the same thing differ, in the order in which the thing lists them. Null stands for
/// a thing that is not there.
pub fn between(
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<Vec<FieldDifference>, serde_json::Error> {
    let (before, after) = (fields(before)?, fields(after)?);
    let names = after.keys().chain(before.keys().filter(|name| !after.contains_key(*name)));
    let value = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    Ok(names
        .map(|name| FieldDifference {
            field: name.clone(),
            before: value(&before, name),
            after: value(&after, name),
        })
        .filter(|field| field.before != field.after)
        .collect())
}

fn fields(thing: &impl Serialize) -> Result<Map<String, Value>, serde_json::Error> {
    match serde_json::to_value(thing)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
        let fields = between(before, after).unwrap();
        fields.into_iter().map(|field| (field.field, field.before, field.after)).collect()
    }

    #[test]
    fn only_what_differs_is_listed() {
        let before = json!({ "email": null, "surname": "CHAN", "groups": ["11"] });
        let after = json!({ "email": "a@abc.example", "surname": "CHAN", "groups": ["11", "12"] });
        let expected = [
            ("email".to_owned(), json!(null), json!("a@abc.example")),
            ("groups".to_owned(), json!(["11"]), json!(["11", "12"])),
        ];
        assert_eq!(changed(&before, &after), expected);
        assert_eq!(changed(&before, &before), []);
    }

    #[test]
    fn what_begins_and_what_ends_is_listed_whole() {
        let thing = json!({ "email": "a@abc.example", "note": null });
        let email = json!("a@abc.example");
        assert_eq!(changed(&json!(null), &thing), [("email".to_owned(), json!(null), email.clone())]);
        assert_eq!(changed(&thing, &json!(null)), [("email".to_owned(), email, json!(null))]);
    }
}

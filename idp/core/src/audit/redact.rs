//! What may stand in a record of a subject's state: anything but secrets.
//!
//! Secrets have types that do not serialise, so they cannot come here:
//!
//! ```compile_fail
//! use countersign_core::{audit::Redacted, secret::SecretString};
//! Redacted::of(&SecretString::new("hunter2".to_owned()));
//! ```
//!
//! What was text all along (a JSON object that a form carried) is swept besides: by the names of its members, the forms
//! that our own tokens and hashes have, and the private members of keys (RFC 7518 §6).

use serde::Serialize;
use serde_json::{Map, Value};

/// What stands in place of a secret.
const WITHHELD: &str = "(withheld)";

/// A member of such a name, or one that ends in `_` and such a name, holds a secret.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passphrase",
    "secret",
    "otp",
    "pin",
    "puk",
    "token",
    "phc",
    "assertion",
    "cookie",
    "private_key",
    "approval_code",
];

/// Members of exactly these names hold secrets as well.
const SECRET_EXACTLY: [&str; 5] =
    ["code", "authorization_code", "authorisation_code", "enrolment_code", "master_key"];

/// How our own tokens, and hashed passwords, begin.
const SECRET_FORMS: [&str; 8] = ["csc_", "csr_", "css_", "csb_", "csf_", "csk_", "cse_", "$argon2"];

/// Private members of a JWK.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A JSON value without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted(Value);

impl Redacted {
    /// `value` without secrets. What cannot be written as JSON is withheld whole.
    #[must_use]
    pub fn of(value: &impl Serialize) -> Self {
        Self(sweep(serde_json::to_value(value).unwrap_or_else(|_| WITHHELD.into())))
    }

    pub(super) fn into_value(self) -> Value {
        self.0
    }
}

impl From<Value> for Redacted {
    fn from(value: Value) -> Self {
        Self(sweep(value))
    }
}

fn sweep(value: Value) -> Value {
    match value {
        Value::String(text) if SECRET_FORMS.iter().any(|form| text.starts_with(form)) => WITHHELD.into(),
        Value::Array(items) => items.into_iter().map(sweep).collect(),
        Value::Object(members) => {
            let is_key = members.contains_key("kty");
            let swept = members.into_iter().map(|(name, value)| {
                let withheld = !value.is_null() && (is_secret(&name) || is_key && is_private(&name));
                (name, if withheld { WITHHELD.into() } else { sweep(value) })
            });
            Value::Object(swept.collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = |secret: &&str| {
        name.strip_suffix(*secret).is_some_and(|rest| rest.is_empty() || rest.ends_with(['_', '-', '.']))
    };
    SECRET_NAMES.iter().any(ends) || SECRET_EXACTLY.contains(&name.as_str())
}

fn is_private(name: &str) -> bool {
    PRIVATE_MEMBERS.contains(&name)
}

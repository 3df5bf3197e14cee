//! The parameters of a protocol request, read once and strictly.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use url::form_urlencoded;

use super::error::{ErrorCode, OAuthError};

/// The parameter that may come more than once (RFC 8707 §2).
const REPEATABLE: &str = "resource";

/// Parameters, each at most once. Those without a value count as absent (RFC 6749 §3.1, §3.2).
#[derive(Clone, Default)]
pub struct Form {
    parameters: BTreeMap<String, String>,
    resources: Vec<String>,
}

/// The names alone: values are secrets, codes and tokens.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.parameters.keys()).finish()
    }
}

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body or query.
    pub fn parse(encoded: &[u8]) -> Result<Self, OAuthError> {
        Self::from_pairs(form_urlencoded::parse(encoded))
    }

    /// Takes decoded pairs in their order.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
    ) -> Result<Self, OAuthError> {
        let mut form = Self::default();
        for (name, value) in pairs {
            form.add(name, value)?;
        }
        Ok(form)
    }

    fn add(&mut self, name: Cow<'_, str>, value: Cow<'_, str>) -> Result<(), OAuthError> {
        // What is not UTF-8 was decoded to replacement characters, and NUL is no text anywhere behind us.
        if [&name, &value].iter().any(|text| text.contains(['\u{FFFD}', '\0'])) {
            return Err(invalid("A parameter is not valid UTF-8 text."));
        }
        if value.is_empty() {
            return Ok(());
        }
        if name == REPEATABLE {
            self.resources.push(value.into_owned());
            return Ok(());
        }
        if self.parameters.contains_key(name.as_ref()) {
            return Err(invalid(format!("The parameter {name} is given more than once.")));
        }
        self.parameters.insert(name.into_owned(), value.into_owned());
        Ok(())
    }

    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The value of `name`, which must be there.
    pub fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| invalid(format!("The parameter {name} is missing.")))
    }

    /// The values of `resource` (RFC 8707 §2).
    #[must_use]
    pub fn resources(&self) -> &[String] {
        &self.resources
    }
}

fn invalid(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_parameter_comes_once() {
        assert!(Form::parse(b"a=1&a=1").is_err());
        assert!(Form::parse(b"a=1&%61=2").is_err());
        let form = Form::parse(b"a=&b=2&a=1&resource=x&resource=y").unwrap();
        assert_eq!(form.get("a"), Some("1"));
        assert_eq!(form.resources(), ["x", "y"]);
        assert_eq!(form.require("c").unwrap_err().description(), "The parameter c is missing.");
    }

    #[test]
    fn values_are_not_printed() {
        let form = Form::parse(b"client_secret=hush&refresh_token=csr_1").unwrap();
        assert_eq!(format!("{form:?}"), r#"{"client_secret", "refresh_token"}"#);
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(Form::parse(b"a=%FF").is_err());
        assert!(Form::parse(b"a=%00").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::parse(&bytes);
        }
    }
}

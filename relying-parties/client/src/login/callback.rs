//! Reading the issuer's answer strictly.

use super::LoginError;
use crate::Secret;

/// The authorization response (RFC 6749 §4.1.2, RFC 9207 §2).
pub(crate) struct Callback {
    pub(crate) state: String,
    pub(crate) issuer: Option<String>,
    pub(crate) outcome: Outcome,
}

pub(crate) enum Outcome {
    Code(Secret),
    Error { code: String, description: String },
}

/// Every parameter at most once; either `code` or `error`.
pub(crate) fn parse(query: &str) -> Result<Callback, LoginError> {
    let mut read = Parameters::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        read.take(&name, value.into_owned())?;
    }
    let outcome = match (read.code, read.error) {
        (Some(code), None) => Outcome::Code(Secret::new(code)),
        (None, Some(code)) => {
            Outcome::Error { code, description: read.error_description.unwrap_or_default() }
        }
        (Some(_), Some(_)) => return Err(LoginError::Malformed("both code and error")),
        (None, None) => return Err(LoginError::Malformed("neither code nor error")),
    };
    let state = read.state.ok_or(LoginError::Malformed("state missing"))?;
    Ok(Callback { state, issuer: read.iss, outcome })
}

#[derive(Default)]
struct Parameters {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Parameters {
    fn take(&mut self, name: &str, value: String) -> Result<(), LoginError> {
        let slot = match name {
            "state" => &mut self.state,
            "iss" => &mut self.iss,
            "code" => &mut self.code,
            "error" => &mut self.error,
            "error_description" => &mut self.error_description,
            _ => return Ok(()),
        };
        if slot.replace(value).is_some() {
            return Err(LoginError::Malformed("parameter repeated"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, parse};

    #[test]
    fn an_answer_has_a_state_and_either_a_code_or_an_error() {
        let read = parse("code=c&state=s&iss=http%3A%2F%2Flocalhost&session_state=x").unwrap();
        assert_eq!((read.state.as_str(), read.issuer.as_deref()), ("s", Some("http://localhost")));
        assert!(matches!(read.outcome, Outcome::Code(code) if code.expose() == "c"));
        let read = parse("error=access_denied&error_description=no+way&state=s").unwrap();
        assert!(
            matches!(read.outcome, Outcome::Error { code, description } if code == "access_denied" && description == "no way")
        );
        for malformed in [
            "",
            "code=c",
            "state=s",
            "code=c&error=e&state=s",
            "code=c&code=d&state=s",
            "code=c&state=s&state=t",
        ] {
            assert!(parse(malformed).is_err(), "{malformed}");
        }
    }
}

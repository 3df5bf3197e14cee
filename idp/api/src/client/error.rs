//! What can come back instead of an answer.

use reqwest::header::WWW_AUTHENTICATE;
use reqwest::{Response, StatusCode};

use super::TokenError;
use crate::problem::Problem;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The API says what is wrong.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The user must prove more, or prove it again: send them to `/authorize` with these parameters (RFC 9470 §4).
    #[error("a step-up is needed")]
    StepUp(StepUp),
    /// No access token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The issuer was not reached, or what it said was not of the contract.
    #[error("the issuer cannot be reached or understood")]
    Transport(#[from] reqwest::Error),
    /// An answer without a problem in it, of something that stands before the issuer perhaps.
    #[error("the answer has status {0} and says nothing more")]
    Unexpected(StatusCode),
    /// The issuer's address cannot have paths.
    #[error("the issuer's address cannot have paths")]
    Issuer,
}

/// What `/authorize` is to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// `acr_values`.
    pub acr_values: String,
    /// `max_age`, in seconds.
    pub max_age: u32,
}

pub(super) async fn of(response: Response) -> ClientError {
    let status = response.status();
    let challenge = response.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    if let Some(step_up) = challenge.and_then(step_up) {
        return ClientError::StepUp(step_up);
    }
    match response.json().await {
        Ok(problem) => ClientError::Problem(Box::new(problem)),
        Err(_) => ClientError::Unexpected(status),
    }
}

/// Reads a challenge of RFC 9470 §3.
fn step_up(challenge: &str) -> Option<StepUp> {
    (parameter(challenge, "error")? == "insufficient_user_authentication").then_some(())?;
    Some(StepUp {
        acr_values: parameter(challenge, "acr_values")?.to_owned(),
        max_age: parameter(challenge, "max_age")?.parse().ok()?,
    })
}

fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    challenge.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_up_is_told_from_other_challenges() {
        let challenge = "Bearer realm=\"countersign\", error=\"insufficient_user_authentication\", \
                         error_description=\"x\", acr_values=\"urn:a urn:b\", max_age=\"300\"";
        let expected = StepUp { acr_values: "urn:a urn:b".into(), max_age: 300 };
        assert_eq!(step_up(challenge), Some(expected));
        assert_eq!(step_up("Bearer realm=\"countersign\", error=\"invalid_token\""), None);
    }
}

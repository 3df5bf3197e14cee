//! Check: `prompt` (OIDC Core §3.1.2.1).

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

/// What the client wants to be shown, or not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// `none`: no page at all.
    pub none: bool,
    /// `login`, or `select_account`: one account is logged in per browser, so choosing means logging in.
    pub login: bool,
    /// `consent`: asked again.
    pub consent: bool,
}

impl Prompt {
    /// Every value: `prompt_values_supported`.
    pub const ALL: [&'static str; 4] = ["none", "login", "consent", "select_account"];
}

pub(super) fn check(parameters: &Parameters) -> Result<Prompt, OAuthError> {
    let refuse = |why| Err(OAuthError::new(ErrorCode::InvalidRequest, why));
    let mut prompt = Prompt::default();
    for value in parameters.get("prompt").unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return refuse("prompt holds a value that is not supported."),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return refuse("prompt=none goes with no other value.");
    }
    Ok(prompt)
}

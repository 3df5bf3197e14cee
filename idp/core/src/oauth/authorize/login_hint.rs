//! Check: `login_hint`, a user ID to start with. It only fills in an input, so a useless one is no error
//! (OIDC Core §3.1.2.1 leaves its use to us).

use super::parameters::Parameters;

/// Longest hint that is passed on.
const MAX_LENGTH: usize = 64;

pub(super) fn check(parameters: &Parameters) -> Option<String> {
    parameters
        .get("login_hint")
        .filter(|hint| hint.len() <= MAX_LENGTH && hint.chars().all(|c| !c.is_control()))
        .map(str::to_owned)
}

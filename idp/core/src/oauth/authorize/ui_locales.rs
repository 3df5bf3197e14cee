//! Check: `ui_locales`. Languages we do not speak are no error (OIDC Core §3.1.2.1), nor is nonsense.

use super::parameters::Parameters;

/// Most tags, and most bytes of each, that a person could mean (BCP 47 §4.4.1).
const MAX_TAGS: usize = 8;
const MAX_TAG: usize = 35;

pub(super) fn check(parameters: &Parameters) -> Option<String> {
    let tags: Vec<&str> = parameters
        .get("ui_locales")?
        .split(' ')
        .filter(|tag| !tag.is_empty() && tag.len() <= MAX_TAG)
        .filter(|tag| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .take(MAX_TAGS)
        .collect();
    (!tags.is_empty()).then(|| tags.join(" "))
}

//! Check: `id_token_hint` looks like a signed token. Whose it is, the service finds out, which has the keys.

use super::parameters::Parameters;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    match parameters.get("id_token_hint") {
        Some(hint) if !is_compact_jws(hint) => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "id_token_hint is not an ID token."))
        }
        hint => Ok(hint.map(str::to_owned)),
    }
}

/// RFC 7515 §7.1.
fn is_compact_jws(text: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.split('.').count() == 3
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(base64url))
}

//! Check: every `resource` is an absolute URI without a fragment, and one that the client may ask for (RFC 8707 §2).

use std::collections::BTreeSet;

use url::Url;

use super::parameters::Parameters;
use crate::oauth::client::Client;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters, client: &Client) -> Result<BTreeSet<String>, OAuthError> {
    let asked: BTreeSet<String> = parameters
        .get("resource")
        .unwrap_or_default()
        .split(' ')
        .filter(|resource| !resource.is_empty())
        .map(str::to_owned)
        .collect();
    let absolute = |text: &String| Url::parse(text).is_ok_and(|uri| uri.fragment().is_none());
    if !asked.iter().all(absolute) {
        return Err(OAuthError::new(
            ErrorCode::InvalidTarget,
            "resource is not an absolute URI without a fragment.",
        ));
    }
    if !asked.iter().all(|resource| client.resources.contains(resource)) {
        return Err(OAuthError::new(ErrorCode::InvalidTarget, "The client may not ask for this resource."));
    }
    Ok(asked)
}

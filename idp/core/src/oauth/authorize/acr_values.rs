//! Check: the authentication class asked for, by `acr_values` or by the `claims` parameter.
//!
//! Values are alternatives: the weakest of them will do. Classes we do not know are passed over, unless the claim is
//! essential and names nothing else (OIDC Core §5.5.1.1).

use super::parameters::Parameters;
use crate::oauth::acr::Acr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::error::{ErrorCode, OAuthError};

pub(super) fn check(parameters: &Parameters, claims: &ClaimsRequest) -> Result<Option<Acr>, OAuthError> {
    let by_parameter = weakest(parameters.get("acr_values").unwrap_or_default().split(' '));
    let Some(wish) = claims.acr() else { return Ok(by_parameter) };
    let by_claim = weakest(wish.values.iter().filter_map(serde_json::Value::as_str));
    if wish.essential && !wish.values.is_empty() && by_claim.is_none() {
        return Err(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "No authentication class that was asked for is known here.",
        ));
    }
    // Both wishes hold at once, so the stronger of the two.
    Ok(match (by_parameter, by_claim) {
        (Some(one), Some(other)) if one.satisfies(other) => Some(one),
        (one, other) => other.or(one),
    })
}

fn weakest<'a>(values: impl Iterator<Item = &'a str>) -> Option<Acr> {
    values
        .filter_map(|value| value.parse::<Acr>().ok())
        .reduce(|weakest, next| if weakest.satisfies(next) { next } else { weakest })
}

//! Check: the authentication class asked for, by `acr_values` or by the `claims` parameter.
//!
//! Values are alternatives: the weakest of them will do. Classes we do not know are passed over. `acr_values` is a
//! voluntary wish (OIDC Core §3.1.2.1): what no login reaches is cut down to the best that one does. An essential
//! claim is a condition (§5.5.1.1): if no login can meet it, the client hears so before anyone is troubled.

use super::parameters::Parameters;
use crate::oauth::acr::Acr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::error::{ErrorCode, OAuthError};

/// The class asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AcrWish {
    /// The weakest class that will do, as far as a user can reach it.
    pub(super) wanted: Option<Acr>,
    /// The weakest class that will do at all.
    pub(super) essential: Option<Acr>,
}

pub(super) fn check(parameters: &Parameters, claims: &ClaimsRequest) -> Result<AcrWish, OAuthError> {
    let by_parameter = weakest(parameters.get("acr_values").unwrap_or_default().split(' '));
    let Some(wish) = claims.acr() else {
        return Ok(AcrWish { wanted: by_parameter.map(reached), essential: None });
    };
    let by_claim = weakest(wish.values.iter().filter_map(serde_json::Value::as_str));
    let essential = by_claim.filter(|_| wish.essential);
    if wish.essential && !wish.values.is_empty() && !by_claim.is_some_and(|acr| Acr::BEST.satisfies(acr)) {
        return Err(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "No login here reaches an authentication class that was asked for.",
        ));
    }
    // Both wishes hold at once, so the stronger of the two.
    let wanted = match (by_parameter, by_claim) {
        (Some(one), Some(other)) if one.satisfies(other) => Some(one),
        (one, other) => other.or(one),
    };
    Ok(AcrWish { wanted: wanted.map(reached), essential })
}

fn weakest<'a>(values: impl Iterator<Item = &'a str>) -> Option<Acr> {
    values
        .filter_map(|value| value.parse::<Acr>().ok())
        .reduce(|weakest, next| if weakest.satisfies(next) { next } else { weakest })
}

/// `wanted`, or the best there is where that is less.
fn reached(wanted: Acr) -> Acr {
    if Acr::BEST.satisfies(wanted) { wanted } else { Acr::BEST }
}

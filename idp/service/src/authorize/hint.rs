//! Whom a request expects: by `id_token_hint` (OIDC Core §3.1.2.1) or by the claim `sub` (§5.5.1).

use countersign_core::ids::ProfileId;
use countersign_core::oauth::authorize::AuthorizationRequest;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::requirement::Expected;

use crate::sessions::Present;
use crate::{Services, id_token_hint, subject};

pub(super) fn expected(
    services: &Services,
    request: &AuthorizationRequest,
    present: Option<&Present>,
) -> Result<Expected, OAuthError> {
    let by_claim = request.claims.subject().map(str::to_owned);
    let by_hint = match request.id_token_hint.as_deref() {
        None => None,
        Some(hint) => Some(subject_of_hint(services, &request.client, hint)?),
    };
    match (by_hint, by_claim) {
        (Some(one), Some(other)) if one != other => Err(OAuthError::new(
            ErrorCode::InvalidRequest,
            "id_token_hint and the claim sub name different users.",
        )),
        (Some(sub), _) | (None, Some(sub)) => Ok(of_subject(services, &request.client, sub, present)),
        (None, None) => Ok(Expected::Anyone),
    }
}

fn subject_of_hint(services: &Services, client: &Client, hint: &str) -> Result<String, OAuthError> {
    id_token_hint::read(services, hint)
        .filter(|read| read.client_id == client.client_id)
        .map(|read| read.sub)
        .ok_or_else(|| {
            OAuthError::new(
                ErrorCode::InvalidRequest,
                "id_token_hint is not an ID token of ours for this client.",
            )
        })
}

/// The one who is there is recognised in any case; anyone else only by a `sub` that is the same for all clients.
fn of_subject(services: &Services, client: &Client, sub: String, present: Option<&Present>) -> Expected {
    match present {
        Some(present) if subject::subject_of(&services.vault, client, &present.profile.id) == sub => {
            Expected::Profile(present.profile.id.clone())
        }
        _ if client.sector().is_none() => Expected::Profile(ProfileId::from_stored(sub)),
        _ => Expected::SomeoneElse,
    }
}

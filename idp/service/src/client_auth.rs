//! Client authentication: every method, for every endpoint, in this one place (RFC 6749 §2.3, RFC 7523 §3).

mod assertion;

use std::sync::Arc;

use countersign_core::oauth::client::{AuthMethod, Client, ClientAuthentication};
use countersign_core::oauth::client_auth::{Presented, presented, refused};
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::form::Form;
use countersign_core::secret::{SecretString, TokenHash};

use crate::Services;
use crate::clients::hash_secret;

/// The client that stands behind a request, proved by the one method it is registered for.
///
/// A secret costs a keyed hash and no query. An unknown client and a wrong secret get the same answer after the same work.
pub async fn authenticate(
    services: &Services,
    authorization: Option<&str>,
    form: &Form,
) -> Result<Arc<Client>, OAuthError> {
    match presented(authorization, form)? {
        Presented::Secret { client_id, secret, method } => by_secret(services, &client_id, &secret, method),
        Presented::Assertion { assertion, client_id } => {
            assertion::verify(services, assertion.expose(), client_id.as_deref()).await
        }
        Presented::Name { client_id } => by_name(services, &client_id),
    }
}

fn by_secret(
    services: &Services,
    client_id: &str,
    secret: &SecretString,
    method: AuthMethod,
) -> Result<Arc<Client>, OAuthError> {
    let hash = hash_secret(&services.vault, client_id, secret);
    let client = services.clients.get(client_id);
    let expected = client.as_ref().and_then(|client| expected_hash(client, method));
    // Whoever has no hash to compare with is compared with something that nothing hashes to.
    let nobody = TokenHash::from_stored("*".repeat(hash.as_str().len()));
    let same = expected.unwrap_or(&nobody).same_as(&hash);
    client.filter(|_| same).ok_or_else(|| refused("unknown client, wrong secret, or another method"))
}

fn expected_hash(client: &Client, method: AuthMethod) -> Option<&TokenHash> {
    match (&client.authentication, method) {
        (ClientAuthentication::ClientSecretBasic { secret_hash }, AuthMethod::ClientSecretBasic)
        | (ClientAuthentication::ClientSecretPost { secret_hash }, AuthMethod::ClientSecretPost) => {
            Some(secret_hash)
        }
        _ => None,
    }
}

fn by_name(services: &Services, client_id: &str) -> Result<Arc<Client>, OAuthError> {
    let client = services.clients.get(client_id).filter(|client| client.is_public());
    client.ok_or_else(|| refused("unknown client, or one that must prove who it is"))
}

#[cfg(test)]
mod tests;

//! The token endpoint on every kind of database.

mod code;
mod refresh;
mod service;

use countersign_core::audit::Action;
use countersign_core::directory::actor::Scope;
use countersign_core::oauth::client::Client;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use countersign_store::{Audit, AuditFilter};
use serde_json::{Map, Value};

use super::{TokenResponse, token};
use crate::Services;
use crate::testing::applications::{CALLBACK, SECRET, VERIFIER};

pub(super) fn form(fields: &[(&str, &str)]) -> Form {
    Form::from_pairs(fields.iter().map(|(name, value)| ((*name).into(), (*value).into()))).unwrap()
}

/// Posts `fields` as `client`, which proves itself by its secret.
pub(super) async fn post(
    services: &Services,
    client: &Client,
    fields: &[(&str, &str)],
) -> Result<TokenResponse, OAuthError> {
    let mut all = vec![("client_id", client.client_id.as_str()), ("client_secret", SECRET)];
    all.extend_from_slice(fields);
    token(services, None, &form(&all)).await
}

pub(super) async fn exchange(
    services: &Services,
    client: &Client,
    code: &str,
) -> Result<TokenResponse, OAuthError> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    post(services, client, &fields).await
}

pub(super) async fn refresh(
    services: &Services,
    client: &Client,
    refresh_token: &str,
) -> Result<TokenResponse, OAuthError> {
    post(services, client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

pub(super) fn code_of(result: Result<TokenResponse, OAuthError>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

/// What the audit trail says of tokens that came a second time: of which kind, by whom they were presented.
pub(super) async fn reuses(services: &Services) -> Vec<(String, String)> {
    let filter = AuditFilter { action: Some(Action::TokenReused), ..AuditFilter::default() };
    let audit = Audit::on(services.store.read());
    let found = audit.search(&Scope::of_the_installation(), &filter, None, 10).await.unwrap();
    found.into_iter().map(|found| (found.record.body, found.record.actor_name.unwrap())).collect()
}

/// The claims of a JWT of ours, whatever they are.
pub(super) fn claims(services: &Services, jwt: &str, typ: &str) -> Map<String, Value> {
    use countersign_core::oauth::client::SigningAlg;
    services.keyring.current().verify(jwt, typ, &SigningAlg::ALL, services.now()).unwrap()
}

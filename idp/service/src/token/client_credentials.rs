//! A service's token: one signature, no write, no query.

use countersign_core::oauth::client::Client;
use countersign_core::oauth::error::OAuthError;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::grants::client_credentials::grant;
use countersign_core::oauth::scope::{Scope, ScopeToken};
use countersign_core::oauth::tokens::{audience, choose_resources};
use serde_json::{Map, Value, json};

use super::TokenResponse;
use super::issue::{AccessToken, access_token};
use crate::Services;

pub(super) fn issue(services: &Services, client: &Client, form: &Form) -> Result<TokenResponse, OAuthError> {
    let scope = grant(form, client)?;
    let resources = choose_resources(form.resources(), &[], &client.resources)?;
    let token = AccessToken {
        sub: client.client_id.clone(),
        client_id: &client.client_id,
        audience: audience(services.issuer.as_str(), &resources, &scope),
        scope: scope.clone(),
        login: None,
        further: capabilities(client, &scope),
    };
    Ok(TokenResponse {
        access_token: access_token(services, token)?,
        token_type: "Bearer",
        expires_in: services.policy.token.access_seconds,
        refresh_token: None,
        id_token: None,
        scope,
    })
}

/// What the service may do, in the terms that resource servers know from people.
fn capabilities(client: &Client, scope: &Scope) -> Map<String, Value> {
    if !scope.contains(ScopeToken::Clearing) && !scope.contains(ScopeToken::Directory) {
        return Map::new();
    }
    let held = &client.service_capabilities;
    let claims = [
        ("business_user_groups", json!(held.business_user_groups), held.business_user_groups.is_empty()),
        ("access_levels", json!(held.access_levels), !held.holds_da_rights()),
    ];
    claims.into_iter().filter(|(.., none)| !none).map(|(name, value, _)| (name.to_owned(), value)).collect()
}

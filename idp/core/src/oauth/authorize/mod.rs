//! `/authorize` as an ordered list of small checks, one file each, the same for every way in: query, form, resume.
//!
//! [`check`] is the list. Its first part decides where an answer may go; until then a mistake is a page. Its second
//! part answers the client. The RFC 6749 part is driven by oxide-auth's state machine ([`machine`]), which asks for
//! the client, the extensions and the scope in its own order; what later specifications added stands between.

mod acr_values;
pub mod answer;
mod claims;
mod client;
mod duplicates;
mod encoding;
mod grant_type;
mod id_token_hint;
mod lengths;
mod login_hint;
mod machine;
mod max_age;
pub mod parameters;
mod pkce;
pub mod prompt;
mod redirect_uri;
pub mod refusal;
mod request_object;
mod resource;
mod response_mode;
mod response_type;
mod scope;
mod ui_locales;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use client::FindClient;

use self::answer::ReturnAddress;
use self::machine::{Binding, Machine};
use self::parameters::Parameters;
use self::prompt::Prompt;
use self::refusal::Refusal;
use super::acr::Acr;
use super::claims::ClaimsRequest;
use super::client::Client;
use super::error::OAuthError;
use super::scope::Scope;

/// An authorization request in which everything that can be checked without a user has been.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Arc<Client>,
    /// Where the answer goes.
    pub back: ReturnAddress,
    /// What is asked for.
    pub scope: Scope,
    /// PKCE's challenge, always S256 (RFC 7636 §4.3).
    pub code_challenge: Option<String>,
    /// For the ID token.
    pub nonce: Option<String>,
    /// What is to be shown, or not.
    pub prompt: Prompt,
    /// Longest time since the login, in seconds.
    pub max_age: Option<u32>,
    /// The weakest class that will do, as far as a user can reach it.
    pub acr: Option<Acr>,
    /// The weakest class that will do at all (OIDC Core §5.5.1.1).
    pub essential_acr: Option<Acr>,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// An ID token of the user who is expected; its form alone is checked.
    pub id_token_hint: Option<String>,
    /// User ID to start with.
    pub login_hint: Option<String>,
    /// Languages wished for.
    pub ui_locales: Option<String>,
    /// Audiences of the access token.
    pub resource: BTreeSet<String>,
}

/// Checks an authorization request.
pub fn check(parameters: &Parameters, find: &FindClient<'_>) -> Result<AuthorizationRequest, Refusal> {
    let (machine, binding) = Machine::start(parameters)?;
    let client = client::check(&binding.client_id, find)?;
    let back = redirect_uri::check(binding.redirect_uri.as_str(), &client, parameters)?;
    check_bound(parameters, machine, binding, client, back.clone())
        .map_err(|error| Refusal::Client(Box::new(back), error))
}

fn check_bound(
    parameters: &Parameters,
    mut machine: Machine<'_>,
    binding: Binding,
    client: Arc<Client>,
    back: ReturnAddress,
) -> Result<AuthorizationRequest, OAuthError> {
    duplicates::check(parameters)?;
    encoding::check(parameters)?;
    request_object::check(parameters)?;
    grant_type::check(&client)?;
    response_mode::check(parameters)?;
    response_type::check(parameters)?;
    machine.bound(&binding)?;
    let code_challenge = pkce::check(parameters, &client)?;
    lengths::state(parameters)?;
    let nonce = lengths::nonce(parameters)?;
    let prompt = prompt::check(parameters)?;
    let max_age = max_age::check(parameters)?;
    let claims = claims::check(parameters, &client)?;
    let acr = acr_values::check(parameters, &claims)?;
    let id_token_hint = id_token_hint::check(parameters)?;
    let login_hint = login_hint::check(parameters);
    let ui_locales = ui_locales::check(parameters);
    let resource = resource::check(parameters, &client)?;
    machine.extended()?;
    let scope = scope::check(parameters, &client)?;
    let scope = machine.negotiated(binding, &scope)?;
    Ok(AuthorizationRequest {
        client,
        back,
        scope,
        code_challenge,
        nonce,
        prompt,
        max_age,
        acr: acr.wanted,
        essential_acr: acr.essential,
        claims,
        id_token_hint,
        login_hint,
        ui_locales,
        resource,
    })
}

#[cfg(test)]
mod tests;

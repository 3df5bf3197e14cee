//! Every check by a table: what is changed in a good request, and what comes of it.

mod checks;
mod never_elsewhere;

use std::sync::Arc;

use super::answer::Answer;
use super::parameters::Parameters;
use super::refusal::{PageFault, Refusal};
use super::{AuthorizationRequest, check};
use crate::oauth::client::{ApplicationType, Client, ClientAuthentication, GrantType};
use crate::oauth::scope::{Scope, ScopeToken};

const ISSUER: &str = "https://login.example";
const CALLBACK: &str = "https://shop.example/cb?tenant=1";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request that nothing is wrong with.
const GOOD: [(&str, &str); 7] = [
    ("client_id", "shop"),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid email"),
    ("state", "s+ &=é"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn clients() -> Vec<Client> {
    let shop = Client {
        redirect_uris: vec![CALLBACK.to_owned(), "https://shop.example/other".to_owned()],
        scope: Scope::all().without(ScopeToken::Directory),
        resources: vec!["https://api.example/v1".to_owned(), "urn:example:api".to_owned()],
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(),
        ..Client::new("shop", "Shop", ClientAuthentication::None)
    };
    let lax = Client { client_id: "lax".to_owned(), require_pkce: false, ..confidential(&shop) };
    let native = Client {
        client_id: "native".to_owned(),
        application_type: ApplicationType::Native,
        redirect_uris: vec!["http://127.0.0.1/cb".to_owned()],
        ..shop.clone()
    };
    let service = Client {
        client_id: "service".to_owned(),
        grant_types: [GrantType::ClientCredentials].into(),
        ..shop.clone()
    };
    let brief = Client {
        client_id: "brief".to_owned(),
        grant_types: [GrantType::AuthorizationCode].into(),
        ..shop.clone()
    };
    let modest = Client {
        client_id: "modest".to_owned(),
        scope: ScopeToken::Openid.into_scope().union(&ScopeToken::Email.into_scope()),
        ..shop.clone()
    };
    vec![shop, lax, native, service, brief, modest]
}

fn confidential(client: &Client) -> Client {
    let secret_hash = crate::secret::TokenHash::of("secret");
    Client { authentication: ClientAuthentication::ClientSecretBasic { secret_hash }, ..client.clone() }
}

fn find(client_id: &str) -> Option<Arc<Client>> {
    clients().into_iter().find(|client| client.client_id == client_id).map(Arc::new)
}

fn ask<N: AsRef<str>, V: AsRef<str>>(
    pairs: impl IntoIterator<Item = (N, V)>,
) -> Result<AuthorizationRequest, Refusal> {
    check(&Parameters::read(pairs)?, &find)
}

/// The good request with some parameters set, or, where there is no value, left out.
fn with<'a>(changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    let kept = GOOD.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let set = changes.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    kept.chain(set).collect()
}

fn page_fault(result: Result<AuthorizationRequest, Refusal>) -> PageFault {
    match result {
        Err(Refusal::Page(fault)) => fault,
        other => panic!("not a page: {other:?}"),
    }
}

/// The `error` that the client receives.
fn error_code(result: Result<AuthorizationRequest, Refusal>) -> &'static str {
    match result {
        Err(Refusal::Client(_, error)) => error.code().as_str(),
        other => panic!("not an answer to the client: {other:?}"),
    }
}

fn location(answer: Answer) -> url::Url {
    match answer {
        Answer::Redirect(location) => location,
        Answer::FormPost { .. } => panic!("a form"),
    }
}

//! The client credentials grant (RFC 6749 §4.4): a service calls as itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use oxide_auth::code_grant::client_credentials::{ClientCredentials, Error, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, PreGrant, RegisteredUrl};
use url::{ParseError, Url};

use super::{for_machine, from_description, out_of_step};
use crate::oauth::client::{Client, GrantType};
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::form::Form;
use crate::oauth::scope::{Scope, ScopeToken};

/// The machine wants a redirect URI that nobody follows.
static NOWHERE: LazyLock<Result<Url, ParseError>> = LazyLock::new(|| Url::parse("urn:countersign:none"));

/// Scopes that are about a user: a service has none.
const OF_USERS: [ScopeToken; 6] = [
    ScopeToken::Openid,
    ScopeToken::Profile,
    ScopeToken::Email,
    ScopeToken::Address,
    ScopeToken::Phone,
    ScopeToken::OfflineAccess,
];

/// The scope to grant to an authenticated `client`.
pub fn grant(form: &Form, client: &Client) -> Result<Scope, OAuthError> {
    if client.is_public() || !client.may_use(GrantType::ClientCredentials) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "The client may not use this grant."));
    }
    let scope = negotiate(form.get("scope"), client)?;
    let pre_grant = PreGrant {
        client_id: client.client_id.clone(),
        redirect_uri: nowhere()?,
        scope: for_machine(&scope)?,
    };
    let bound_client =
        BoundClient { client_id: Cow::Owned(client.client_id.clone()), redirect_uri: Cow::Owned(nowhere()?) };
    let mut machine = ClientCredentials::new(&TokenRequest { form, client });
    answer(&mut machine, Input::None, |output| matches!(output, Output::Authenticate { .. }))?;
    answer(&mut machine, Input::Authenticated, |output| matches!(output, Output::Binding { .. }))?;
    answer(&mut machine, Input::Bound { bound_client }, |output| matches!(output, Output::Extend))?;
    let extensions = Extensions::new();
    answer(&mut machine, Input::Extended { extensions }, |output| {
        matches!(output, Output::Negotiate { .. })
    })?;
    answer(&mut machine, Input::Negotiated { pre_grant }, |output| matches!(output, Output::Ok { .. }))?;
    Ok(scope)
}

/// What was asked for, or everything the service may have where nothing was (RFC 6749 §3.3).
fn negotiate(asked: Option<&str>, client: &Client) -> Result<Scope, OAuthError> {
    let allowed = OF_USERS.into_iter().fold(client.scope.clone(), Scope::without);
    let Some(asked) = asked else { return Ok(allowed) };
    let asked: Scope = asked.parse().map_err(|error: crate::oauth::scope::ScopeError| {
        OAuthError::new(ErrorCode::InvalidScope, error.to_string())
    })?;
    if asked.is_within(&allowed) {
        return Ok(asked);
    }
    Err(OAuthError::new(ErrorCode::InvalidScope, "The scope exceeds what the client may have as itself."))
}

fn answer(
    machine: &mut ClientCredentials,
    input: Input,
    expected: impl FnOnce(&Output<'_>) -> bool,
) -> Result<(), OAuthError> {
    match machine.advance(input) {
        Output::Err(error) => Err(translate(*error)),
        output if expected(&output) => Ok(()),
        _ => Err(out_of_step()),
    }
}

fn translate(mut error: Error) -> OAuthError {
    from_description(error.description())
}

fn nowhere() -> Result<RegisteredUrl, OAuthError> {
    Ok(RegisteredUrl::Semantic(NOWHERE.clone().map_err(OAuthError::server)?))
}

/// The request as the machine reads it: of a client that has proved who it is.
struct TokenRequest<'a> {
    form: &'a Form,
    client: &'a Client,
}

impl Request for TokenRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(&self.client.client_id), Cow::Borrowed(&[])))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.form.get("scope").map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

//! The RFC 6749 part of the request, driven by oxide-auth's state machine: it asks, we answer.
//!
//! The machine asks to bind the client and its redirect URI, then checks the response type and the scope's syntax
//! itself, asks for extensions (everything that OpenID Connect and later RFCs added), and asks to negotiate the
//! scope. It never sees a database or a socket.

use std::borrow::Cow;

use oxide_auth::code_grant::authorization::{Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::error::AuthorizationErrorType;
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};

use super::parameters::Parameters;
use super::refusal::PageFault;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::scope::Scope;

/// A request on its way through the machine.
pub(super) struct Machine<'p> {
    parameters: &'p Parameters,
    machine: Authorization,
}

/// What the machine wants bound.
pub(super) struct Binding {
    pub(super) client_id: String,
    pub(super) redirect_uri: ExactUrl,
}

impl<'p> Machine<'p> {
    /// Starts the machine, up to its wish to bind the client.
    pub(super) fn start(parameters: &'p Parameters) -> Result<(Self, Binding), PageFault> {
        if parameters.get("client_id").is_none() {
            return Err(PageFault::ClientMissing);
        }
        if parameters.get("redirect_uri").is_none() {
            // OIDC Core §3.1.2.1 requires it, and so does our token endpoint.
            return Err(PageFault::RedirectUriMissing);
        }
        let mut machine = Authorization::new(parameters);
        let Output::Bind { client_id, redirect_uri: Some(redirect_uri) } = machine.advance(Input::None)
        else {
            return Err(PageFault::RedirectUriUnregistered);
        };
        Ok((Self { parameters, machine }, Binding { client_id, redirect_uri }))
    }

    /// Tells the machine that client and redirect URI are right; it checks the response type and the scope's
    /// syntax.
    pub(super) fn bound(&mut self, binding: &Binding) -> Result<(), OAuthError> {
        let bound_client = BoundClient {
            client_id: Cow::Owned(binding.client_id.clone()),
            redirect_uri: Cow::Owned(RegisteredUrl::Exact(binding.redirect_uri.clone())),
        };
        match self.machine.advance(Input::Bound { request: self.parameters, bound_client }) {
            Output::Extend => Ok(()),
            other => Err(error_of(other)),
        }
    }

    /// Tells the machine that every extension's parameters are right.
    pub(super) fn extended(&mut self) -> Result<(), OAuthError> {
        match self.machine.advance(Input::Extended(Extensions::new())) {
            Output::Negotiate { .. } => Ok(()),
            other => Err(error_of(other)),
        }
    }

    /// Tells the machine which scope is granted, and takes it from what the machine makes of the whole.
    pub(super) fn negotiated(mut self, binding: Binding, scope: &Scope) -> Result<Scope, OAuthError> {
        let pre_grant = PreGrant {
            client_id: binding.client_id,
            redirect_uri: RegisteredUrl::Exact(binding.redirect_uri),
            scope: scope.to_string().parse().map_err(|_| malformed_scope())?,
        };
        let state = self.parameters.get("state").map(str::to_owned);
        match self.machine.advance(Input::Negotiated { pre_grant, state }) {
            Output::Ok { pre_grant, .. } => {
                pre_grant.scope.to_string().parse().map_err(|_| malformed_scope())
            }
            other => Err(error_of(other)),
        }
    }
}

fn malformed_scope() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidScope, "The scope is malformed.")
}

/// The machine's error as ours. An output that is no error has no business here, and is ours to answer for.
fn error_of(output: Output<'_>) -> OAuthError {
    let Output::Err(Error::Redirect(mut error)) = output else {
        return OAuthError::server("the state machine is in no state to answer");
    };
    match error.description().kind() {
        AuthorizationErrorType::UnsupportedResponseType => {
            OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code.")
        }
        AuthorizationErrorType::InvalidScope => malformed_scope(),
        _ => OAuthError::new(ErrorCode::InvalidRequest, "The request is malformed."),
    }
}

impl Request for Parameters {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.get("client_id").map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.get("scope").map(Cow::Borrowed)
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.get("redirect_uri").map(Cow::Borrowed)
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.get("state").map(Cow::Borrowed)
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.get("response_type").map(Cow::Borrowed)
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.get(key).map(Cow::Borrowed)
    }
}

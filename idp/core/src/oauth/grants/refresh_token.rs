//! Refreshing an access token (RFC 6749 §6), with rotation (RFC 9700 §4.14).

use std::borrow::Cow;

use oxide_auth::code_grant::refresh::{Error, Input, Output, Refresh, Request};
use oxide_auth::primitives::grant::{Extensions, Grant as MachineGrant};
use url::Url;

use super::{CHECKED, for_machine, from_description, invalid_grant, out_of_step};
use crate::oauth::client::{Client, GrantType};
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::form::Form;
use crate::oauth::grant::Grant;
use crate::oauth::scope::Scope;
use crate::policy::TokenPolicy;
use crate::secret::TokenHash;
use crate::{Timestamp, from_millis, to_millis};

/// A refresh about to happen: the request is in order, the token has not been looked up.
pub struct Refreshing<'a> {
    machine: Refresh,
    form: &'a Form,
    token_hash: TokenHash,
}

impl<'a> Refreshing<'a> {
    /// Reads the request of an authenticated `client`.
    pub fn begin(form: &'a Form, client: &Client) -> Result<Self, OAuthError> {
        if !client.may_use(GrantType::RefreshToken) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "The client may not use this grant."));
        }
        form.require("refresh_token")?;
        let mut machine = Refresh::new(&TokenRequest { form, client });
        answer(&mut machine, Input::None, |output| {
            matches!(output, Output::Unauthenticated { .. }).then_some(())
        })?;
        let authenticated = Input::Authenticated { scope: None };
        let token_hash = answer(&mut machine, authenticated, |output| match output {
            Output::RecoverRefresh { token } => Some(TokenHash::of(token)),
            _ => None,
        })?;
        Ok(Self { machine, form, token_hash })
    }

    /// What the token is stored under.
    #[must_use]
    pub fn token_hash(&self) -> &TokenHash {
        &self.token_hash
    }

    /// Checks the request against the grant, which the caller found alive. Returns the scope of the new access token:
    /// what was granted, or the part of it that is asked for.
    pub fn check(mut self, grant: &Grant) -> Result<Scope, OAuthError> {
        let machine_grant = MachineGrant {
            owner_id: grant.profile_id.as_str().to_owned(),
            client_id: grant.client_id.clone(),
            scope: for_machine(&grant.details.scope)?,
            redirect_uri: Url::parse("urn:countersign:none").map_err(OAuthError::server)?,
            until: CHECKED,
            extensions: Extensions::new(),
        };
        let scope = self.form.get("scope").map(Cow::Borrowed);
        let recovered = Input::Recovered { scope, grant: Some(Box::new(machine_grant)) };
        let narrowed = answer(&mut self.machine, recovered, |output| match output {
            Output::Refresh { grant, .. } => Some(grant.scope.to_string()),
            _ => None,
        })?;
        narrowed.parse().map_err(OAuthError::server)
    }
}

/// Refuses a token that is unknown, expired, revoked, or stolen.
#[must_use]
pub fn refused(why: &'static str) -> OAuthError {
    invalid_grant(why)
}

/// What a refresh token that has been used already means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// The response was lost and the client asks again: the same successor is handed out again.
    LostResponse,
    /// Someone has a copy: the whole family ends.
    Theft,
}

/// Judges a token used at `consumed_at` and presented again at `now`. Only a client that proved to be the same, soon
/// enough, and before its successor was used, is believed to have lost the answer. A public client proves nothing:
/// whoever holds the token looks the same, and the other of the two has it from somewhere.
#[must_use]
pub fn judge_reuse(
    client: &Client,
    consumed_at: Timestamp,
    successor_used: bool,
    now: Timestamp,
    policy: &TokenPolicy,
) -> Reuse {
    let grace = i64::from(policy.refresh_retry_seconds) * 1000;
    if !client.is_public() && !successor_used && to_millis(now) - to_millis(consumed_at) <= grace {
        Reuse::LostResponse
    } else {
        Reuse::Theft
    }
}

/// When a refresh token issued at `now` expires: unused for too long, or with its family.
#[must_use]
pub fn expiry(now: Timestamp, family_ends: Timestamp, policy: &TokenPolicy) -> Timestamp {
    let idle = from_millis(to_millis(now) + i64::from(policy.refresh_idle_seconds) * 1000);
    idle.min(family_ends)
}

fn answer<T>(
    machine: &mut Refresh,
    input: Input<'_>,
    expected: impl FnOnce(&Output<'_>) -> Option<T>,
) -> Result<T, OAuthError> {
    match machine.advance(input) {
        Output::Err(error) => Err(translate(error)),
        output => expected(&output).ok_or_else(out_of_step),
    }
}

fn translate(mut error: Error) -> OAuthError {
    from_description(error.description())
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

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.form.get("refresh_token").map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.form.get("scope").map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(&self.client.client_id), Cow::Borrowed(&[])))
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

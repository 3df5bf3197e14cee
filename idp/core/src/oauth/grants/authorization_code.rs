//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).

use std::borrow::Cow;

use oxide_auth::code_grant::accesstoken::{AccessToken, Authorization, Input, Output, Request};
use oxide_auth::primitives::grant::{Extensions, Grant as MachineGrant};
use url::Url;

use super::{CHECKED, for_machine, invalid_grant, out_of_step, translate};
use crate::oauth::client::{Client, GrantType};
use crate::oauth::code::CodeGrant;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::form::Form;
use crate::oauth::pkce::CodeChallenge;
use crate::secret::TokenHash;

/// A code about to be redeemed: the request is in order, the code has not been looked up.
pub struct Redemption<'a> {
    machine: AccessToken,
    form: &'a Form,
    code_hash: TokenHash,
}

impl<'a> Redemption<'a> {
    /// Reads the request of an authenticated `client`.
    pub fn begin(form: &'a Form, client: &Client) -> Result<Self, OAuthError> {
        if !client.may_use(GrantType::AuthorizationCode) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "The client may not use this grant."));
        }
        // The machine calls any missing parameter malformed; developers want to know which.
        form.require("code")?;
        form.require("redirect_uri")?;
        let mut machine = AccessToken::new(&TokenRequest { form, client });
        answer(&mut machine, Input::None, |output| {
            matches!(output, Output::Authenticate { .. }).then_some(())
        })?;
        let code_hash = answer(&mut machine, Input::Authenticated, |output| match output {
            Output::Recover { code } => Some(TokenHash::of(code)),
            _ => None,
        })?;
        Ok(Self { machine, form, code_hash })
    }

    /// What the code is stored under.
    #[must_use]
    pub fn code_hash(&self) -> &TokenHash {
        &self.code_hash
    }

    /// Checks the request against what the code stands for. The caller has checked that it is neither expired nor
    /// consumed.
    pub fn check(mut self, code: &CodeGrant) -> Result<(), OAuthError> {
        let recovered = Input::Recovered(Some(Box::new(machine_grant(code, self.form)?)));
        answer(&mut self.machine, recovered, |output| matches!(output, Output::Extend { .. }).then_some(()))?;
        self.check_verifier(code)?;
        let extended = Input::Extended { access_extensions: Extensions::new() };
        answer(&mut self.machine, extended, |output| matches!(output, Output::Issue { .. }).then_some(()))
    }

    /// RFC 7636 §4.6. A verifier without a challenge is refused as well: it would be a downgrade (RFC 9700 §4.8.2).
    fn check_verifier(&self, code: &CodeGrant) -> Result<(), OAuthError> {
        match (&code.code_challenge, self.form.get("code_verifier")) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(invalid_grant("a code_verifier without a code_challenge")),
            (Some(_), None) => Err(invalid_grant("no code_verifier")),
            (Some(challenge), Some(verifier)) => CodeChallenge::parse(challenge)
                .filter(|challenge| challenge.is_met_by(verifier))
                .map(|_| ())
                .ok_or_else(|| invalid_grant("the code_verifier does not match")),
        }
    }
}

/// Refuses a code that is unknown, expired, or used.
#[must_use]
pub fn refused(why: &'static str) -> OAuthError {
    invalid_grant(why)
}

fn answer<T>(
    machine: &mut AccessToken,
    input: Input<'_>,
    expected: impl FnOnce(&Output<'_>) -> Option<T>,
) -> Result<T, OAuthError> {
    match machine.advance(input) {
        Output::Err(error) => Err(translate(*error)),
        output => expected(&output).ok_or_else(out_of_step),
    }
}

fn machine_grant(code: &CodeGrant, form: &Form) -> Result<MachineGrant, OAuthError> {
    // The machine compares parsed URLs; RFC 6749 §4.1.3 wants the values identical.
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(invalid_grant("the redirect_uri is not the one of the authorization request"));
    }
    Ok(MachineGrant {
        owner_id: code.profile_id.as_str().to_owned(),
        client_id: code.client_id.clone(),
        scope: for_machine(&code.scope)?,
        redirect_uri: Url::parse(&code.redirect_uri).map_err(OAuthError::server)?,
        until: CHECKED,
        extensions: Extensions::new(),
    })
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

    fn code(&self) -> Option<Cow<'_, str>> {
        self.form.get("code").map(Cow::Borrowed)
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization::Username(Cow::Borrowed(&self.client.client_id))
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.form.get("redirect_uri").map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

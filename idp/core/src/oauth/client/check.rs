//! What a client must be before it is stored.

use std::collections::BTreeSet;

use url::Url;

use super::uri::{UriFlaw, called_flaw, redirect_flaw};
use super::{Client, ClientAuthentication, ClientKeys, GrantType, SubjectType};
use crate::directory::capabilities::{AccessLevel, DaFunction};
use crate::oauth::scope::ScopeToken;

/// What is wrong with a client's metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientProblem {
    /// Not printable ASCII without spaces and colons, or what a user's `sub` could be.
    #[error("a client_id is printable ASCII without spaces and colons, and not a subject identifier")]
    ClientId,
    /// `client_credentials` without credentials.
    #[error("a public client cannot use client_credentials")]
    PublicService,
    /// Nothing that it could do.
    #[error("a client uses at least one grant, and refresh_token only beside authorization_code")]
    Grants,
    /// The code flow leads nowhere.
    #[error("the authorization_code grant needs a redirect URI")]
    NoRedirectUri,
    /// A redirect URI that is unsafe or none, by its place in the list.
    #[error("redirect URI {0} cannot be used: {1}")]
    RedirectUri(usize, UriFlaw),
    /// The same of an address that logouts return to.
    #[error("post-logout redirect URI {0} cannot be used: {1}")]
    PostLogoutRedirectUri(usize, UriFlaw),
    /// A back-channel logout address that cannot be called.
    #[error("the back-channel logout address cannot be used: {0}")]
    BackchannelUri(UriFlaw),
    /// An address of keys that cannot be called.
    #[error("the jwks_uri cannot be used: {0}")]
    JwksUri(UriFlaw),
    /// A service that would read the directory without the right to look.
    #[error("a service with the scope directory needs EE on security management")]
    DirectoryRight,
    /// Pairwise subjects over several hosts.
    #[error("pairwise subjects over several redirect hosts need a sector identifier")]
    Sector,
}

impl Client {
    /// Whether the metadata make sense together. What does not is never stored.
    pub fn check(&self) -> Result<(), ClientProblem> {
        self.problems().into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything that keeps the metadata from making sense.
    #[must_use]
    pub fn problems(&self) -> Vec<ClientProblem> {
        let is_code_flow = self.may_use(GrantType::AuthorizationCode);
        let wrong = [
            (!is_client_id(&self.client_id), ClientProblem::ClientId),
            (self.is_public() && self.may_use(GrantType::ClientCredentials), ClientProblem::PublicService),
            (!is_code_flow && !self.may_use(GrantType::ClientCredentials), ClientProblem::Grants),
            (!is_code_flow && self.may_use(GrantType::RefreshToken), ClientProblem::Grants),
            (is_code_flow && self.redirect_uris.is_empty(), ClientProblem::NoRedirectUri),
            (self.has_no_sector(), ClientProblem::Sector),
            (self.lacks_directory_right(), ClientProblem::DirectoryRight),
        ];
        let mut problems: Vec<_> =
            wrong.into_iter().filter(|(is, _)| *is).map(|(_, problem)| problem).collect();
        let flaws = |uris: &[String]| -> Vec<(usize, UriFlaw)> {
            let flaw =
                |(place, uri): (usize, &String)| Some((place, redirect_flaw(uri, self.application_type)?));
            uris.iter().enumerate().filter_map(flaw).collect()
        };
        let redirects = flaws(&self.redirect_uris).into_iter();
        problems.extend(redirects.map(|(place, flaw)| ClientProblem::RedirectUri(place, flaw)));
        let logouts = flaws(&self.post_logout_redirect_uris).into_iter();
        problems.extend(logouts.map(|(place, flaw)| ClientProblem::PostLogoutRedirectUri(place, flaw)));
        // Back-Channel Logout 1.0 §2.2.
        let listener = self.backchannel_logout.as_ref().and_then(|listener| called_flaw(&listener.uri));
        problems.extend(listener.map(ClientProblem::BackchannelUri));
        problems
            .extend(self.jwks_uri().and_then(|uri| called_flaw(uri.as_str())).map(ClientProblem::JwksUri));
        problems.dedup();
        problems
    }

    /// Where its keys are, if they are elsewhere.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&Url> {
        match &self.authentication {
            ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::JwksUri(uri) } => Some(uri),
            _ => None,
        }
    }

    /// Whether it may read the directory as itself.
    #[must_use]
    pub fn may_audit(&self) -> bool {
        self.may_use(GrantType::ClientCredentials)
            && self.scope.contains(ScopeToken::Directory)
            && self.service_capabilities.holds(DaFunction::SecurityManagement, AccessLevel::Enquiry)
    }

    fn lacks_directory_right(&self) -> bool {
        self.may_use(GrantType::ClientCredentials)
            && self.scope.contains(ScopeToken::Directory)
            && !self.may_audit()
    }

    fn has_no_sector(&self) -> bool {
        let SubjectType::Pairwise { sector_identifier: None } = self.subject_type else { return false };
        let hosts: BTreeSet<_> = self
            .redirect_uris
            .iter()
            .filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
            .collect();
        hosts.len() > 1
    }
}

/// A service's tokens have its `client_id` for a `sub`: it must not be one a user could have (RFC 9068 §5).
fn is_client_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let like_a_subject = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    !text.is_empty() && text.len() <= 128 && printable && !like_a_subject
}

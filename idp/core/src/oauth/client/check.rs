//! What a client must be before it is stored.

use std::collections::BTreeSet;

use url::Url;

use super::redirect::is_loopback;
use super::{ApplicationType, Client, GrantType, SubjectType};

/// What is wrong with a client's metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientProblem {
    /// Not printable ASCII without spaces and colons, or what a user's `sub` could be.
    #[error("a client_id is printable ASCII without spaces and colons, and not a subject identifier")]
    ClientId,
    /// `client_credentials` without credentials.
    #[error("a public client cannot use client_credentials")]
    PublicService,
    /// The code flow leads nowhere.
    #[error("the authorization_code grant needs a redirect URI")]
    NoRedirectUri,
    /// A redirect URI that is unsafe or none.
    #[error("{0:?} cannot be a redirect URI: {1}")]
    RedirectUri(String, &'static str),
    /// A back-channel logout address that cannot be called.
    #[error("a back-channel logout address is http(s), without fragment and credentials")]
    BackchannelUri,
    /// Pairwise subjects over several hosts.
    #[error("pairwise subjects over several redirect hosts need a sector identifier")]
    Sector,
}

impl Client {
    /// Whether the metadata make sense together. What does not is never stored.
    pub fn check(&self) -> Result<(), ClientProblem> {
        if !is_client_id(&self.client_id) {
            return Err(ClientProblem::ClientId);
        }
        if self.is_public() && self.may_use(GrantType::ClientCredentials) {
            return Err(ClientProblem::PublicService);
        }
        if self.may_use(GrantType::AuthorizationCode) && self.redirect_uris.is_empty() {
            return Err(ClientProblem::NoRedirectUri);
        }
        for uri in &self.redirect_uris {
            check_redirect(uri, self.application_type)?;
        }
        for uri in &self.post_logout_redirect_uris {
            check_redirect(uri, self.application_type)?;
        }
        self.check_backchannel()?;
        self.check_sector()
    }

    /// Back-Channel Logout 1.0 §2.2. Plain http is for whoever runs us to allow, where calls are made.
    fn check_backchannel(&self) -> Result<(), ClientProblem> {
        let Some(listener) = &self.backchannel_logout else { return Ok(()) };
        let fits = Url::parse(&listener.uri).is_ok_and(|uri| {
            matches!(uri.scheme(), "https" | "http") && uri.fragment().is_none() && !has_credentials(&uri)
        });
        if fits { Ok(()) } else { Err(ClientProblem::BackchannelUri) }
    }

    fn check_sector(&self) -> Result<(), ClientProblem> {
        let SubjectType::Pairwise { sector_identifier: None } = self.subject_type else { return Ok(()) };
        let hosts: BTreeSet<_> = self
            .redirect_uris
            .iter()
            .filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
            .collect();
        if hosts.len() > 1 { Err(ClientProblem::Sector) } else { Ok(()) }
    }
}

/// A service's tokens have its `client_id` for a `sub`: it must not be one a user could have (RFC 9068 §5).
fn is_client_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let like_a_subject = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    !text.is_empty() && text.len() <= 128 && printable && !like_a_subject
}

/// RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.
fn check_redirect(text: &str, application_type: ApplicationType) -> Result<(), ClientProblem> {
    let refuse = |why| Err(ClientProblem::RedirectUri(text.to_owned(), why));
    let Ok(uri) = Url::parse(text) else { return refuse("it is not absolute") };
    if uri.fragment().is_some() {
        return refuse("it has a fragment");
    }
    if has_credentials(&uri) {
        return refuse("it has credentials");
    }
    match (uri.scheme(), application_type) {
        ("https", _) => Ok(()),
        ("http", _) if is_loopback(&uri) => Ok(()),
        ("http", _) => refuse("http is for loopback addresses only"),
        (scheme, ApplicationType::Native) if scheme.contains('.') => Ok(()),
        _ => refuse("its scheme is not https"),
    }
}

fn has_credentials(uri: &Url) -> bool {
    !uri.username().is_empty() || uri.password().is_some()
}

//! A client: an application that delegates its login, or a service that calls as itself.

mod authentication;
mod check;
mod key_set;
mod kinds;
mod metadata;
mod redirect;
mod signing;
mod uri;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::authentication::{AuthMethod, ClientAuthentication, ClientKeys};
pub use self::check::ClientProblem;
pub use self::key_set::{KeySet, KeySetFlaw};
pub use self::kinds::{
    ApplicationType, BackchannelLogout, ClientKind, ClientStatus, GrantType, SubjectKind, SubjectType,
};
pub use self::metadata::ClientMetadata;
use self::redirect::same_but_for_port;
pub use self::signing::{SigningAlg, UnknownAlg};
pub use self::uri::{LONGEST_URI, UriFlaw};
use super::scope::Scope;
use crate::directory::capabilities::Capabilities;

/// A client's metadata (OpenID Connect Dynamic Client Registration 1.0 §2, where it has a name there).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// `client_name`, for people.
    pub name: String,
    /// Whether it may be used.
    #[serde(default)]
    pub status: ClientStatus,
    /// Whether the house itself stands behind it.
    pub kind: ClientKind,
    /// `application_type`.
    pub application_type: ApplicationType,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// `post_logout_redirect_uris` (RP-Initiated Logout §2.1).
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears of logouts.
    pub backchannel_logout: Option<BackchannelLogout>,
    /// How it proves who it is.
    pub authentication: ClientAuthentication,
    /// `grant_types`.
    pub grant_types: BTreeSet<GrantType>,
    /// Every scope it may ask for.
    pub scope: Scope,
    /// Audiences it may ask for by `resource` (RFC 8707).
    pub resources: Vec<String>,
    /// Whether its authorization requests must carry a `code_challenge`. Public clients must in any case.
    pub require_pkce: bool,
    /// `id_token_signed_response_alg`.
    pub id_token_signed_response_alg: SigningAlg,
    /// `subject_type`.
    pub subject_type: SubjectType,
    /// What it may do when it calls as itself, in the terms of people's capabilities.
    pub service_capabilities: Capabilities,
}

impl Client {
    /// A confidential or public web client with nothing allowed but logging in by the code flow with PKCE.
    /// Everything else is for the caller to open.
    #[must_use]
    pub fn new(client_id: &str, name: &str, authentication: ClientAuthentication) -> Self {
        Self {
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            status: ClientStatus::Enabled,
            kind: ClientKind::ThirdParty,
            application_type: ApplicationType::Web,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout: None,
            authentication,
            grant_types: BTreeSet::from([GrantType::AuthorizationCode]),
            scope: Scope::empty(),
            resources: Vec::new(),
            require_pkce: true,
            id_token_signed_response_alg: SigningAlg::Rs256,
            subject_type: SubjectType::Public,
            service_capabilities: Capabilities::default(),
        }
    }

    /// Whether the client can keep no secret (RFC 6749 §2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Whether a `code_challenge` is required: RFC 7636 for whoever keeps no secret, policy for the rest.
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        self.require_pkce || self.is_public()
    }

    /// Whether consent must be asked for: the house's own applications need none.
    #[must_use]
    pub fn needs_consent(&self) -> bool {
        self.kind == ClientKind::ThirdParty
    }

    /// Whether the client may use `grant`.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether an authorization response may go to `uri`: simple string comparison (RFC 9700 §2.1), except that a
    /// native client's loopback address may come with any port (RFC 8252 §7.3).
    #[must_use]
    pub fn allows_redirect(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| {
            registered == uri
                || self.application_type == ApplicationType::Native && same_but_for_port(registered, uri)
        })
    }

    /// Whether a logout may return to `uri`.
    #[must_use]
    pub fn allows_post_logout_redirect(&self, uri: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|registered| registered == uri)
    }

    /// The sector of its pairwise subjects (OIDC Core §8.1): clients that share it know a user by the same `sub`.
    #[must_use]
    pub fn sector(&self) -> Option<String> {
        match &self.subject_type {
            SubjectType::Public => None,
            SubjectType::Pairwise { sector_identifier: Some(sector) } => Some(sector.clone()),
            SubjectType::Pairwise { sector_identifier: None } => Some(
                self.redirect_uris
                    .iter()
                    .find_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
                    .unwrap_or_else(|| self.client_id.clone()),
            ),
        }
    }
}

#[cfg(test)]
mod tests;

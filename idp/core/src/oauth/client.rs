//! A client: an application that delegates its login, or a service that calls as itself.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::scope::Scope;
use crate::directory::capabilities::Capabilities;
use crate::secret::TokenHash;

/// A client's metadata (OpenID Connect Dynamic Client Registration 1.0 §2, where it has a name there).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// `client_name`, for people.
    pub name: String,
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

    /// Whether the metadata make sense together. Registration and import ask this before anything is stored.
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
        self.check_sector()
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

/// Who stands behind a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// The house: DMS, CCMS Terminal, the console. No consent.
    FirstParty,
    /// Someone else. Users are asked, once.
    ThirdParty,
}

/// `application_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// Runs on a server.
    Web,
    /// Runs on its user's machine (RFC 8252).
    Native,
}

/// Back-Channel Logout 1.0 §2.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackchannelLogout {
    /// `backchannel_logout_uri`.
    pub uri: String,
    /// `backchannel_logout_session_required`.
    pub session_required: bool,
}

/// `token_endpoint_auth_method`, with what it is checked against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// The secret in the Authorization header (RFC 6749 §2.3.1).
    ClientSecretBasic {
        /// Keyed hash of the secret.
        secret_hash: TokenHash,
    },
    /// The secret in the form (RFC 6749 §2.3.1).
    ClientSecretPost {
        /// Keyed hash of the secret.
        secret_hash: TokenHash,
    },
    /// An assertion signed with the client's own key (RFC 7523 §2.2).
    PrivateKeyJwt {
        /// Where its public keys are.
        keys: ClientKeys,
    },
    /// Nothing: a public client.
    None,
}

impl ClientAuthentication {
    /// The method as written.
    #[must_use]
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::ClientSecretBasic { .. } => AuthMethod::ClientSecretBasic,
            Self::ClientSecretPost { .. } => AuthMethod::ClientSecretPost,
            Self::PrivateKeyJwt { .. } => AuthMethod::PrivateKeyJwt,
            Self::None => AuthMethod::None,
        }
    }
}

/// `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// RFC 6749 §2.3.1.
    ClientSecretBasic,
    /// RFC 6749 §2.3.1.
    ClientSecretPost,
    /// RFC 7523 §2.2.
    PrivateKeyJwt,
    /// Public clients.
    None,
}

impl AuthMethod {
    /// Every method: `token_endpoint_auth_methods_supported`.
    pub const ALL: [Self; 4] =
        [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The method as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// Where a client's public keys are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    /// `jwks`: a JWK Set, registered with the client (RFC 7517 §5).
    Jwks(serde_json::Value),
    /// `jwks_uri`: fetched.
    JwksUri(Url),
}

/// `grant_types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
}

impl GrantType {
    /// Every grant: `grant_types_supported`.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The grant as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant written as `text`, if we know it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// A signature algorithm of ours (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every client library can verify.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// Ed25519 (RFC 8037).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// Every algorithm we sign with.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::Ps256, Self::EdDsa];

    /// `alg` as written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl FromStr for SigningAlg {
    type Err = UnknownAlg;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text).ok_or_else(|| UnknownAlg(text.to_owned()))
    }
}

/// The text names no algorithm of ours.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not RS256, ES256, PS256 or EdDSA")]
pub struct UnknownAlg(String);

/// `subject_type` (OIDC Core §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// One `sub` for all.
    Public,
    /// A `sub` per sector.
    Pairwise {
        /// Host that several clients share; else the host of the redirect URIs.
        sector_identifier: Option<String>,
    },
}

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
    /// Pairwise subjects over several hosts.
    #[error("pairwise subjects over several redirect hosts need a sector identifier")]
    Sector,
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
    if !uri.username().is_empty() || uri.password().is_some() {
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

fn same_but_for_port(registered: &str, presented: &str) -> bool {
    let (Ok(mut registered), Ok(mut presented_uri)) = (Url::parse(registered), Url::parse(presented)) else {
        return false;
    };
    // What is parsed must be what was sent: no normalisation on the way to a match.
    if !is_loopback(&registered) || registered.scheme() != "http" || presented_uri.as_str() != presented {
        return false;
    }
    registered.set_port(None).is_ok() && presented_uri.set_port(None).is_ok() && registered == presented_uri
}

fn is_loopback(uri: &Url) -> bool {
    match uri.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests;

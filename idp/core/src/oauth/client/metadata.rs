//! A client's metadata as people read them: every field by its registered name, and nothing that is secret. The same for
//! the difference that two people sign, for the audit, and for the management API.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{
    ApplicationType, AuthMethod, Client, ClientAuthentication, ClientKeys, ClientKind, ClientStatus,
    GrantType, SigningAlg, SubjectKind, SubjectType,
};
use crate::directory::business_group::BusinessUserGroup;
use crate::directory::capabilities::AccessLevels;
use crate::oauth::scope::Scope;

/// What there is to read of a client (OpenID Connect Dynamic Client Registration 1.0 §2, where it has a name there).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientMetadata {
    /// `client_id`.
    pub client_id: String,
    /// For people.
    pub client_name: String,
    /// Whether it may be used.
    pub status: ClientStatus,
    /// Whether the house itself stands behind it, so that nobody is asked for consent.
    pub first_party: bool,
    /// Where it runs.
    pub application_type: ApplicationType,
    /// Where answers go.
    pub redirect_uris: Vec<String>,
    /// Where logouts return to.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears of logouts.
    pub backchannel_logout_uri: Option<String>,
    /// Whether it wants to hear which session ended.
    pub backchannel_logout_session_required: bool,
    /// How it proves who it is.
    pub token_endpoint_auth_method: AuthMethod,
    /// Its public keys.
    pub jwks: Option<Value>,
    /// Where they are.
    pub jwks_uri: Option<String>,
    /// What it may do.
    pub grant_types: BTreeSet<GrantType>,
    /// Every scope it may ask for.
    pub scope: Scope,
    /// Audiences it may ask for.
    pub resources: Vec<String>,
    /// Whether its authorization requests must carry a `code_challenge`.
    pub require_pkce: bool,
    /// How its ID tokens are signed.
    pub id_token_signed_response_alg: SigningAlg,
    /// How it knows users.
    pub subject_type: SubjectKind,
    /// Host that its pairwise subjects are computed from.
    pub sector_identifier: Option<String>,
    /// Rights when it calls as itself.
    pub access_levels: AccessLevels,
    /// Business user groups when it calls as itself.
    pub business_user_groups: BTreeSet<BusinessUserGroup>,
}

impl From<&Client> for ClientMetadata {
    fn from(client: &Client) -> Self {
        let listener = client.backchannel_logout.as_ref();
        let (subject_type, sector_identifier) = match &client.subject_type {
            SubjectType::Public => (SubjectKind::Public, None),
            SubjectType::Pairwise { sector_identifier } => (SubjectKind::Pairwise, sector_identifier.clone()),
        };
        let jwks = match &client.authentication {
            ClientAuthentication::PrivateKeyJwt { keys: ClientKeys::Jwks(keys) } => Some(keys.clone()),
            _ => None,
        };
        Self {
            client_id: client.client_id.clone(),
            client_name: client.name.clone(),
            status: client.status,
            first_party: client.kind == ClientKind::FirstParty,
            application_type: client.application_type,
            redirect_uris: client.redirect_uris.clone(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: listener.map(|listener| listener.uri.clone()),
            backchannel_logout_session_required: listener.is_some_and(|listener| listener.session_required),
            token_endpoint_auth_method: client.authentication.method(),
            jwks,
            jwks_uri: client.jwks_uri().map(ToString::to_string),
            grant_types: client.grant_types.clone(),
            scope: client.scope.clone(),
            resources: client.resources.clone(),
            require_pkce: client.require_pkce,
            id_token_signed_response_alg: client.id_token_signed_response_alg,
            subject_type,
            sector_identifier,
            access_levels: client.service_capabilities.access_levels.clone(),
            business_user_groups: client.service_capabilities.business_user_groups.clone(),
        }
    }
}

//! Relying parties: the applications that delegate their login, and the services that call as themselves.
//!
//! Fields have their registered names (OpenID Connect Dynamic Client Registration 1.0 §2). A secret is never among them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::drafts::given;

/// What a listing says of a relying party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientSummary {
    /// What it is called by.
    #[schema(example = "ccms-terminal")]
    pub client_id: String,
    /// Its name, for people.
    #[schema(example = "CCMS Terminal")]
    pub client_name: String,
    /// `ENABLED` or `DISABLED`.
    #[schema(example = "ENABLED")]
    pub status: String,
    /// Whether the house itself stands behind it, so that nobody is asked for consent.
    pub first_party: bool,
    /// How it proves who it is.
    #[schema(example = "private_key_jwt")]
    pub token_endpoint_auth_method: String,
    /// What it may do.
    pub grant_types: Vec<String>,
    /// Every scope it may ask for, parted by spaces.
    #[schema(example = "openid profile clearing")]
    pub scope: String,
    /// Since when it is as it is.
    pub updated_at: DateTime<Utc>,
}

/// A relying party. Its entity tag is its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Client {
    /// What a listing says of it.
    #[serde(flatten)]
    pub summary: ClientSummary,
    /// `web` or `native`.
    #[schema(example = "web")]
    pub application_type: String,
    /// Where answers go.
    pub redirect_uris: Vec<String>,
    /// Where logouts return to.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears of logouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it wants to hear which session ended.
    pub backchannel_logout_session_required: bool,
    /// Its public keys, a JWK Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// Where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Audiences it may ask for by `resource`.
    pub resources: Vec<String>,
    /// Whether its authorization requests must carry a `code_challenge`.
    pub require_pkce: bool,
    /// How its ID tokens are signed.
    #[schema(example = "RS256")]
    pub id_token_signed_response_alg: String,
    /// `public` or `pairwise`.
    #[schema(example = "public")]
    pub subject_type: String,
    /// Host that its pairwise subjects are computed from, where that is not the host of its redirect URIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier: Option<String>,
    /// Rights when it calls as itself.
    pub access_levels: BTreeMap<String, Vec<String>>,
    /// Business user groups when it calls as itself.
    pub business_user_groups: Vec<String>,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i64,
    /// The request about it that waits for a checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_request: Option<String>,
}

/// The fields of a relying party, as typed. An absent one stays as it is, or, of a new one, as the safest choice has it;
/// null empties one that may be empty. Lists and objects are given whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientDraft {
    /// Its name, for people. A new one needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub client_name: Option<String>,
    /// `ENABLED` or `DISABLED`. What is disabled is unknown to the protocol, and what was granted to it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether the house itself stands behind it, so that nobody is asked for consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_party: Option<bool>,
    /// `web` or `native`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// Where answers go: https, or http on loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20)]
    pub redirect_uris: Option<Vec<String>>,
    /// Where logouts return to, alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20)]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Where it hears of logouts.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub backchannel_logout_uri: Option<Option<String>>,
    /// Whether it wants to hear which session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. A new one needs it. A secret is drawn at
    /// approval and shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// Its public keys, a JWK Set of RSA (2048 bits or more), P-256 or Ed25519 keys.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Option<Value>>,
    /// Where they are, instead.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub jwks_uri: Option<Option<String>>,
    /// Of `authorization_code`, `refresh_token` and `client_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// Every scope it may ask for, parted by spaces. A new one needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Audiences it may ask for by `resource`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20)]
    pub resources: Option<Vec<String>>,
    /// Whether its authorization requests must carry a `code_challenge`; a public one's must in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// `RS256`, `ES256`, `PS256` or `EdDSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// `public` or `pairwise`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<String>,
    /// Host that its pairwise subjects are computed from.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sector_identifier: Option<Option<String>>,
    /// Rights when it calls as itself: `EE` by function. A service never asks for a change and never signs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<BTreeMap<String, Vec<String>>>,
    /// Business user groups when it calls as itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<Vec<String>>,
}

/// Which relying parties are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClientQuery {
    /// Words with which parts of `client_id` or name begin; all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "terminal", max_length = 100)]
    pub q: Option<String>,
}

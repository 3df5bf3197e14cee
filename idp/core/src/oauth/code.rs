//! What an authorization code stands for: everything the token endpoint needs, frozen when the user agreed.
//!
//! The code itself is opaque and only its hash is stored. `/authorize` writes this beside it; the token endpoint
//! redeems it once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::acr::Acr;
use super::claims::ClaimsRequest;
use super::scope::Scope;
use crate::Timestamp;
use crate::ids::{GrantId, ProfileId, SessionId};

/// The grant behind an authorization code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeGrant {
    /// The family of all that this code will lead to.
    pub grant_id: GrantId,
    /// The client that may redeem it, and no other (RFC 6749 §4.1.3).
    pub client_id: String,
    /// `redirect_uri` as sent, to be compared as a string (RFC 6749 §4.1.3).
    pub redirect_uri: String,
    /// PKCE's challenge, always S256 (RFC 7636 §4.4).
    pub code_challenge: Option<String>,
    /// For the ID token (OIDC Core §3.1.2.1).
    pub nonce: Option<String>,
    /// What was granted.
    pub scope: Scope,
    /// Claims asked for by name (OIDC Core §5.5).
    pub claims: ClaimsRequest,
    /// Audiences asked for (RFC 8707 §2).
    pub resource: BTreeSet<String>,
    /// The user.
    pub profile_id: ProfileId,
    /// The session they were in: `sid`.
    pub session_id: SessionId,
    /// When they logged in.
    pub auth_time: Timestamp,
    /// How.
    pub acr: Acr,
    /// Whether the grant outlives the session (OIDC Core §11).
    pub offline: bool,
}

//! What a user granted a client: the family of every token that one authorization led to.

use serde::{Deserialize, Serialize};

use super::acr::Acr;
use super::claims::ClaimsRequest;
use super::code::CodeGrant;
use super::scope::Scope;
use crate::Timestamp;
use crate::ids::{GrantId, ProfileId, SessionId};

/// A grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// To whom.
    pub client_id: String,
    /// By whom.
    pub profile_id: ProfileId,
    /// The session it ends with; none where it outlives it (OIDC Core §11).
    pub session_id: Option<SessionId>,
    /// What was granted.
    pub details: GrantDetails,
    /// When the code was redeemed.
    pub created_at: Timestamp,
    /// When nothing can come of it any more.
    pub expires_at: Timestamp,
}

/// What was granted, and what later tokens repeat of the login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrantDetails {
    /// Everything granted; a refresh may ask for less.
    pub scope: Scope,
    /// Claims asked for by name.
    #[serde(default)]
    pub claims: ClaimsRequest,
    /// Audiences asked for.
    #[serde(default)]
    pub resource: Vec<String>,
    /// When the user logged in.
    pub auth_time: Timestamp,
    /// How strongly.
    pub acr: Acr,
    /// The session they were in: `sid`, which stays even when the grant outlives it.
    pub sid: SessionId,
}

impl Grant {
    /// The grant that redeeming `code` brings to life.
    #[must_use]
    pub fn of(code: &CodeGrant, now: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            id: code.grant_id.clone(),
            client_id: code.client_id.clone(),
            profile_id: code.profile_id.clone(),
            session_id: (!code.offline).then(|| code.session_id.clone()),
            details: GrantDetails {
                scope: code.scope.clone(),
                claims: code.claims.clone(),
                resource: code.resource.iter().cloned().collect(),
                auth_time: code.auth_time,
                acr: code.acr,
                sid: code.session_id.clone(),
            },
            created_at: now,
            expires_at,
        }
    }
}

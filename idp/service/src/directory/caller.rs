//! Who calls the management API: a person whose login still stands, with what they hold now, or an auditing service.

use countersign_core::Timestamp;
use countersign_core::directory::actor::{Actor, Proof, Scope};
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::scope::ScopeToken;
use countersign_core::oauth::tokens::{AccessTokenClaims, management_api};
use countersign_store::{GrantFacts, Sessions};

use crate::Services;
use crate::bearer::{self, Behind};

/// Who calls.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person.
    Person(Box<Actor>),
    /// A service that calls as itself. It reads everything and can never ask for or decide on a change.
    Auditor {
        /// Its `client_id`.
        client_id: String,
    },
}

impl Caller {
    /// How far they may look, if they may look at all.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        match self {
            Self::Person(actor) => actor.scope(),
            Self::Auditor { .. } => Some(Scope::of_the_installation()),
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Person(actor) => Some(actor),
            Self::Auditor { .. } => None,
        }
    }

    /// What tells callers apart, for counting what each takes: never shown.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Person(actor) => format!("person:{}", actor.profile_id),
            Self::Auditor { client_id } => format!("client:{client_id}"),
        }
    }
}

/// Who stands behind an access token presented to the management API (RFC 9068 §4). What they hold is read now; what the
/// token says of it does not matter.
pub async fn identify(services: &Services, token: &str) -> Result<Caller, OAuthError> {
    let now = services.now();
    let claims =
        bearer::read(services, token, now).ok_or_else(|| invalid("not a token of ours, or expired"))?;
    if !claims.aud.contains(&management_api(services.issuer.as_str())) {
        return Err(invalid("the token is for another audience"));
    }
    if !claims.scope.contains(ScopeToken::Directory) {
        return Err(OAuthError::new(ErrorCode::InsufficientScope, "The scope directory is needed."));
    }
    let client = services.clients.get(&claims.client_id);
    let client = client
        .filter(|client| client.scope.contains(ScopeToken::Directory))
        .ok_or_else(|| invalid("the client is gone, or may not ask for the directory any more"))?;
    match bearer::behind(services, &claims, now).await? {
        Some(Behind::Login(facts)) => person(services, *facts, now).await,
        // What it holds is read now, as of people.
        Some(Behind::Service) if client.may_audit() => Ok(auditor(claims)),
        _ => Err(invalid("revoked, or the login no longer stands")),
    }
}

fn auditor(claims: AccessTokenClaims) -> Caller {
    Caller::Auditor { client_id: claims.client_id }
}

/// The person behind a grant that stands. Where the grant outlives its session (`offline_access`), the directory does
/// not: who has signed out maintains nobody.
async fn person(services: &Services, facts: GrantFacts, now: Timestamp) -> Result<Caller, OAuthError> {
    let details = facts.grant.details;
    if facts.grant.session_id.is_none() {
        let session = Sessions::on(services.store.read()).find(&details.sid).await;
        let session = session.map_err(OAuthError::server)?;
        if !session.is_some_and(|session| session.is_live(now, &services.policy.session)) {
            return Err(invalid("the session has ended"));
        }
    }
    let profile = facts.profile;
    Ok(Caller::Person(Box::new(Actor {
        profile_id: profile.id,
        user_id: profile.user_id,
        clearing_house: profile.clearing_house,
        participant: facts.participant,
        participant_id: profile.participant,
        capabilities: profile.capabilities,
        email: profile.email,
        proof: Some(Proof { session: details.sid, acr: details.acr, auth_time: details.auth_time }),
    })))
}

fn invalid(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidToken, "The access token is invalid, expired, or revoked.").because(why)
}

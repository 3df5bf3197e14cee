//! What an endpoint needs of its caller, as extractors. The gate has put the caller into the request.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::oauth::acr::Acr;
use countersign_service::Services;
use countersign_service::directory::caller::Caller;

use super::refusal::{Kind, Refusal};

/// Whoever it is, rights or none.
pub struct Known(pub Caller);

/// Someone who may look, and how far.
pub struct Reading {
    /// Who.
    pub caller: Caller,
    /// How far they see.
    pub scope: Scope,
}

/// Someone who may look at what belongs to the installation: an operator, or the auditing service.
pub struct Overseeing(pub Caller);

/// A person who holds a right: a service, or someone without rights, never gets this far.
pub struct Acting {
    /// Who.
    pub actor: Actor,
    /// How far they see.
    pub scope: Scope,
}

/// A person with a right, who has just proved who they are by more than a mailbox (RFC 9470).
pub struct SteppedUp(pub Acting);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        known(parts).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reading {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let caller = known(parts)?;
        let scope = caller.scope().ok_or_else(|| Refusal::new(Kind::Forbidden))?;
        Ok(Self { caller, scope })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Overseeing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Reading { caller, scope } = Reading::from_request_parts(parts, state).await?;
        if scope.participant().is_none() { Ok(Self(caller)) } else { Err(Refusal::new(Kind::Forbidden)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let actor = known(parts)?.actor().cloned().ok_or_else(|| Refusal::new(Kind::Forbidden))?;
        let scope = actor.scope().ok_or_else(|| Refusal::new(Kind::Forbidden))?;
        Ok(Self { actor, scope })
    }
}

impl<S> FromRequestParts<S> for SteppedUp
where
    S: Send + Sync,
    Arc<Services>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let acting = Acting::from_request_parts(parts, state).await?;
        let services = Arc::<Services>::from_ref(state);
        let max_age = services.policy.management.step_up_seconds;
        if acting.actor.is_fresh(Acr::OtpApp, max_age, services.now()) {
            Ok(Self(acting))
        } else {
            Err(Refusal::step_up(Acr::OtpApp.as_str(), max_age))
        }
    }
}

/// The caller, whoever it is.
pub(super) fn known(parts: &Parts) -> Result<Caller, Refusal> {
    // An endpoint outside the gate has no caller: better nobody than anybody.
    parts.extensions.get::<Caller>().cloned().ok_or_else(Refusal::unauthenticated)
}

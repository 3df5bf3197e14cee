//! Deciding: a second person signs, refuses, or the maker takes back. The signature, its effect and its audit record are
//! one transaction; of two who decide at once, one does.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::change_request::{
    ChangeRequest, DocumentHash, Signature, TransitionError, Way,
};
use countersign_core::directory::signatures::{Refusal, Signing};
use countersign_core::ids::RequestId;
use countersign_store::{ChangeRequests, Tx};

use super::apply::{self, ApplyError};
use super::parties::{judge, signatory};
use super::trail;
use crate::login::{Fault, faults};
use crate::{Services, audit};

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decided {
    /// It ended so, and that is committed.
    Ended(Box<ChangeRequest>),
    /// What it was about had changed: nothing was applied, and it is over.
    Conflicted(Box<ChangeRequest>),
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such request, or it is not theirs to see.
    #[error("no such request")]
    NotFound,
    /// What they would sign is not what was submitted.
    #[error("the request is another than the one that was shown")]
    AnotherDocument,
    /// It is over.
    #[error(transparent)]
    Over(#[from] TransitionError),
    /// They may not sign it.
    #[error("may not sign: {0:?}")]
    Refused(Refusal),
    /// A rejection says why.
    #[error("a reason is required")]
    NoReason,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(DecideError);

/// Approves the request whose document has this hash, and puts it into effect.
pub async fn approve(
    services: &Services,
    checker: &Actor,
    id: &RequestId,
    hash: &DocumentHash,
    way: Way,
    source: &str,
) -> Result<Decided, DecideError> {
    let now = services.now();
    let tx = services.store.begin().await?;
    let request = load(&tx, checker, id).await?;
    if request.signed.hash() != hash {
        return Err(DecideError::AnotherDocument);
    }
    request.state.decidable(now)?;
    let signing = match judge(services, &tx, &checker.into(), &request).await? {
        Ok(signing) => signing,
        Err(refusal) => return Err(deny(services, tx, checker, &request, refusal, source).await?),
    };
    let signature =
        Signature { checker: signatory(checker), way, sole_administrator: signing == Signing::AsSoleAdministrator };
    let applied = ChangeRequest { state: request.state.apply(signature, now)?, ..request.clone() };
    if !ChangeRequests::on(tx.connection()).end(id, &applied.state, now).await? {
        return Err(over(services, id).await?);
    }
    match apply::apply(services, &tx, &applied).await {
        Ok(()) => {}
        Err(ApplyError::Conflict(what)) => {
            // Nothing of it stays; that it was tried does.
            drop(tx);
            return conflict(services, checker, request, what, source).await;
        }
        Err(ApplyError::Fault(fault)) => return Err(fault.into()),
    }
    audit::append(services, &tx, trail::decided(checker, &applied, source)).await?;
    tx.commit().await?;
    Ok(Decided::Ended(Box::new(applied)))
}

/// Refuses a request, and says why.
pub async fn reject(
    services: &Services,
    checker: &Actor,
    id: &RequestId,
    reason: &str,
    source: &str,
) -> Result<ChangeRequest, DecideError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(DecideError::NoReason);
    }
    let now = services.now();
    let tx = services.store.begin().await?;
    let request = load(&tx, checker, id).await?;
    request.state.decidable(now)?;
    if let Err(refusal) = judge(services, &tx, &checker.into(), &request).await? {
        return Err(deny(services, tx, checker, &request, refusal, source).await?);
    }
    let state = request.state.reject(signatory(checker), reason.to_owned(), now)?;
    end(services, tx, checker, ChangeRequest { state, ..request }, source).await
}

/// Takes back one's own request.
pub async fn withdraw(
    services: &Services,
    maker: &Actor,
    id: &RequestId,
    source: &str,
) -> Result<ChangeRequest, DecideError> {
    let now = services.now();
    let tx = services.store.begin().await?;
    let request = load(&tx, maker, id).await?;
    if request.maker.profile_id != maker.profile_id {
        return Err(deny(services, tx, maker, &request, Refusal::NotTheMaker, source).await?);
    }
    let state = request.state.withdraw(now)?;
    end(services, tx, maker, ChangeRequest { state, ..request }, source).await
}

async fn end(
    services: &Services,
    tx: Tx,
    actor: &Actor,
    ended: ChangeRequest,
    source: &str,
) -> Result<ChangeRequest, DecideError> {
    if !ChangeRequests::on(tx.connection()).end(&ended.id, &ended.state, services.now()).await? {
        drop(tx);
        return Err(over(services, &ended.id).await?);
    }
    audit::append(services, &tx, trail::decided(actor, &ended, source)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Writes down, in a transaction of its own, that an approval came too late to mean what it meant.
async fn conflict(
    services: &Services,
    checker: &Actor,
    request: ChangeRequest,
    what: String,
    source: &str,
) -> Result<Decided, DecideError> {
    let state = request.state.conflict(signatory(checker), what, services.now())?;
    let tx = services.store.begin().await?;
    let ended = end(services, tx, checker, ChangeRequest { state, ..request }, source).await?;
    Ok(Decided::Conflicted(Box::new(ended)))
}

/// Writes down that somebody tried what they may not.
async fn deny(
    services: &Services,
    tx: Tx,
    actor: &Actor,
    request: &ChangeRequest,
    refusal: Refusal,
    source: &str,
) -> Result<DecideError, Fault> {
    audit::append(services, &tx, trail::denied(actor, request, &refusal.to_string(), source)).await?;
    tx.commit().await?;
    Ok(DecideError::Refused(refusal))
}

async fn load(tx: &Tx, actor: &Actor, id: &RequestId) -> Result<ChangeRequest, DecideError> {
    let scope = actor.scope().ok_or(DecideError::NotFound)?;
    ChangeRequests::on(tx.connection()).find(&scope, id).await?.ok_or(DecideError::NotFound)
}

/// How a request ended that somebody else was faster to decide.
async fn over(services: &Services, id: &RequestId) -> Result<DecideError, Fault> {
    let everything = Scope::of_the_installation();
    let request = ChangeRequests::on(services.store.read()).find(&everything, id).await?;
    let ended = request.map(|request| request.state.decidable(services.now()));
    Ok(match ended {
        Some(Err(error)) => DecideError::Over(error),
        Some(Ok(())) | None => DecideError::NotFound,
    })
}

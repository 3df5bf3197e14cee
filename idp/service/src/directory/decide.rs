//! Deciding: a second person signs, refuses, or the maker takes back. The signature, its effect and its audit record are
//! one transaction; of two who decide at once, one does.

use countersign_core::audit::Person;
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::change_request::{
    ChangeRequest, DocumentHash, Signature, TransitionError, Way,
};
use countersign_core::directory::signatures::{Refusal, Signed};
use countersign_core::ids::RequestId;
use countersign_store::{ChangeRequests, Connection, StoredRequest, Tx};

use super::adopt::adopted;
use super::apply::{self, ApplyError};
use super::parties::{Bench, Signer, signatory};
use super::registry;
use super::{trail, witness};
use crate::idempotency::{IdempotencyError, NotFirst, Once};
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
    /// Its row is not what was submitted: somebody changed it in the database, and nobody decides it.
    #[error("the request was changed in the database")]
    Tampered,
    /// What they would sign is not what was submitted.
    #[error("the request is another than the one that was shown")]
    AnotherDocument,
    /// It is over.
    #[error(transparent)]
    Over(#[from] TransitionError),
    /// Only its maker takes a request back.
    #[error("not the maker")]
    NotTheMaker,
    /// They may not sign it.
    #[error("may not sign: {0:?}")]
    Refused(Refusal),
    /// A rejection says why.
    #[error("a reason is required")]
    NoReason,
    /// It was decided under this key before, or is being decided.
    #[error(transparent)]
    NotFirst(#[from] NotFirst),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(DecideError);

impl From<IdempotencyError> for DecideError {
    fn from(error: IdempotencyError) -> Self {
        NotFirst::from(error).into()
    }
}

/// A decision made once under its key, which is answered with the request as it ended.
pub type OnceDecided<'a> = Once<'a, ChangeRequest>;

/// Approves the request whose document has this hash, and puts it into effect.
///
/// That the checker has just proved who they are (`Proof::is_fresh`) is for the caller to see to, as for [`reject`], for
/// showing codes and secrets, and for suspending: only they can ask for a step-up and try again. Over HTTP the extractor
/// `SteppedUp` stands before each of them.
pub async fn approve(
    services: &Services,
    checker: &Actor,
    id: &RequestId,
    hash: &DocumentHash,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<Decided, DecideError> {
    let now = services.now();
    make_ready(services, checker, id).await?;
    let tx = begin(services, once).await?;
    let (tx, request) = load(services, tx, checker, id, source).await?;
    if request.signed.hash() != hash {
        return Err(DecideError::AnotherDocument);
    }
    request.state.decidable(now)?;
    let judged = signs(services, &tx, &checker.into(), &request).await?;
    let signed = match judged.and_then(|signed| adopted(&request).map(|()| signed)) {
        Ok(signed) => signed,
        Err(refusal) => {
            deny(services, tx, checker, &request, &refusal.to_string(), source).await?;
            return Err(DecideError::Refused(refusal));
        }
    };
    let signature = Signature {
        checker: signatory(checker),
        way: Way::Queue,
        sole_administrator: signed == Signed::BySoleAdministrator,
    };
    effect(services, tx, request, signature, checker.into(), source, once).await
}

/// Makes ready what the effect would keep everybody waiting for.
async fn make_ready(services: &Services, checker: &Actor, id: &RequestId) -> Result<(), Fault> {
    let Some(scope) = checker.scope() else { return Ok(()) };
    // What was tampered with is met, and written down, where it is decided.
    match ChangeRequests::on(services.store.read()).look(&scope, id).await? {
        Some(StoredRequest::Sound(request)) => registry::make_ready(services, &request).await,
        _ => Ok(()),
    }
}

/// Whether `checker` may sign `request`, by what the directory says at this moment, and until `tx` has ended.
pub(super) async fn signs(
    services: &Services,
    tx: &Tx,
    checker: &Signer<'_>,
    request: &ChangeRequest,
) -> Result<Result<Signed, Refusal>, Fault> {
    let connection = || tx.connection();
    let bench = Bench::load(services, &connection, request).await?;
    bench.hold(tx, &request.maker.profile_id, checker.profile_id).await?;
    Ok(bench.judge(&connection, &(&request.maker).into(), checker).await?)
}

/// Whether they could sign it, for all that is known now: nobody is held, and nothing follows from it.
pub(super) async fn could_sign<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    checker: &Signer<'_>,
    request: &ChangeRequest,
) -> Result<Result<Signed, Refusal>, Fault> {
    let bench = Bench::load(services, connection, request).await?;
    Ok(bench.judge(connection, &(&request.maker).into(), checker).await?)
}

/// The signature, all that it does, and the record of it, in one transaction.
pub(super) async fn effect(
    services: &Services,
    tx: Tx,
    request: ChangeRequest,
    signature: Signature,
    signer: Person,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<Decided, DecideError> {
    let now = services.now();
    if let Some(once) = once {
        once.claim(services, &tx).await?;
    }
    let applied = ChangeRequest { state: request.state.apply(signature.clone(), now)?, ..request.clone() };
    if !ChangeRequests::on(tx.connection()).end(&request.id, &applied.state, now).await? {
        drop(tx);
        return Err(over(services, &request.id).await?);
    }
    match apply::apply(services, &tx, &applied).await {
        Ok(()) => {}
        Err(ApplyError::Conflict(what)) => {
            // Nothing of it stays; that it was tried does.
            drop(tx);
            return conflict(services, request, signature, what, signer, source).await;
        }
        Err(ApplyError::Fault(fault)) => return Err(fault.into()),
    }
    audit::append(services, &tx, trail::decided(signer, &applied, source)).await?;
    if let Some(once) = once {
        once.complete(services, &tx, &applied).await?;
    }
    tx.commit().await?;
    registry::follow(services, &applied).await;
    Ok(Decided::Ended(Box::new(applied)))
}

/// Refuses a request, and says why.
pub async fn reject(
    services: &Services,
    checker: &Actor,
    id: &RequestId,
    reason: &str,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<ChangeRequest, DecideError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(DecideError::NoReason);
    }
    let now = services.now();
    let tx = begin(services, once).await?;
    let (tx, request) = load(services, tx, checker, id, source).await?;
    request.state.decidable(now)?;
    if let Err(refusal) = signs(services, &tx, &checker.into(), &request).await? {
        deny(services, tx, checker, &request, &refusal.to_string(), source).await?;
        return Err(DecideError::Refused(refusal));
    }
    let state = request.state.reject(signatory(checker), reason.to_owned(), now)?;
    end(services, tx, checker.into(), ChangeRequest { state, ..request }, source, once).await
}

/// Takes back one's own request.
pub async fn withdraw(
    services: &Services,
    maker: &Actor,
    id: &RequestId,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<ChangeRequest, DecideError> {
    let now = services.now();
    let tx = begin(services, once).await?;
    let (tx, request) = load(services, tx, maker, id, source).await?;
    if request.maker.profile_id != maker.profile_id {
        deny(services, tx, maker, &request, "not the maker", source).await?;
        return Err(DecideError::NotTheMaker);
    }
    let state = request.state.withdraw(now)?;
    end(services, tx, maker.into(), ChangeRequest { state, ..request }, source, once).await
}

async fn end(
    services: &Services,
    tx: Tx,
    actor: Person,
    ended: ChangeRequest,
    source: &str,
    once: Option<&OnceDecided<'_>>,
) -> Result<ChangeRequest, DecideError> {
    if let Some(once) = once {
        once.claim(services, &tx).await?;
    }
    if !ChangeRequests::on(tx.connection()).end(&ended.id, &ended.state, services.now()).await? {
        drop(tx);
        return Err(over(services, &ended.id).await?);
    }
    audit::append(services, &tx, trail::decided(actor, &ended, source)).await?;
    if let Some(once) = once {
        once.complete(services, &tx, &ended).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Writes down, in a transaction of its own, that an approval came too late to mean what it meant.
async fn conflict(
    services: &Services,
    request: ChangeRequest,
    signature: Signature,
    what: String,
    signer: Person,
    source: &str,
) -> Result<Decided, DecideError> {
    let state = request.state.conflict(signature.checker, what, services.now())?;
    let tx = services.store.begin().await?;
    let ended = end(services, tx, signer, ChangeRequest { state, ..request }, source, None).await?;
    Ok(Decided::Conflicted(Box::new(ended)))
}

/// Writes down that somebody tried what they may not.
pub(super) async fn deny(
    services: &Services,
    tx: Tx,
    actor: &Actor,
    request: &ChangeRequest,
    rule: &str,
    source: &str,
) -> Result<(), Fault> {
    audit::append(services, &tx, trail::denied(actor, request, rule, source)).await?;
    Ok(tx.commit().await?)
}

/// Begins, unless the same was decided under the same key before. The key itself is taken with the effect: what is
/// refused may be tried again.
pub(super) async fn begin(services: &Services, once: Option<&OnceDecided<'_>>) -> Result<Tx, DecideError> {
    let tx = services.store.begin().await?;
    if let Some(once) = once {
        once.look(services, &tx).await?;
    }
    Ok(tx)
}

/// The request, as long as it is what was submitted. That somebody met one that is not is written down, and ends `tx`.
pub(super) async fn load(
    services: &Services,
    tx: Tx,
    actor: &Actor,
    id: &RequestId,
    source: &str,
) -> Result<(Tx, ChangeRequest), DecideError> {
    let scope = actor.scope().ok_or(DecideError::NotFound)?;
    match ChangeRequests::on(tx.connection()).look(&scope, id).await? {
        None => Err(DecideError::NotFound),
        Some(StoredRequest::Sound(request)) if witness::submitted(services, &tx, &request).await? => {
            Ok((tx, *request))
        }
        Some(StoredRequest::Sound(request)) => {
            tracing::error!(request = request.id.as_str(), "the trail knows of no such submission");
            let rule = "the trail knows of no such submission";
            deny(services, tx, actor, &request, rule, source).await?;
            Err(DecideError::Tampered)
        }
        Some(StoredRequest::Tampered(tampered)) => {
            tracing::error!(
                request = tampered.id.as_str(),
                reason = tampered.reason,
                "a request was tampered with"
            );
            audit::append(services, &tx, trail::met_tampered(actor, &tampered, source)).await?;
            tx.commit().await?;
            Err(DecideError::Tampered)
        }
    }
}

/// How a request ended that somebody else was faster to decide.
pub(super) async fn over(services: &Services, id: &RequestId) -> Result<DecideError, Fault> {
    let everything = Scope::of_the_installation();
    let request = ChangeRequests::on(services.store.read()).find(&everything, id).await?;
    let ended = request.map(|request| request.state.decidable(services.now()));
    Ok(match ended {
        Some(Err(error)) => DecideError::Over(error),
        Some(Ok(())) | None => DecideError::NotFound,
    })
}

//! A request that is sent again is answered again, and not done again.
//!
//! The key is taken, the effect made and the answer noted in one transaction: after a crash there is all of it or
//! nothing. Answers may hold what is shown once, so they are sealed.

use chrono::TimeDelta;
use countersign_core::secret::TokenHash;
use countersign_store::{IdempotencyKeys, StoreError, Tx};
use serde::{Deserialize, Serialize};

use crate::{Purpose, Services, VaultError};

/// One attempt: under which key of which caller, and at what.
#[derive(Clone, Debug)]
pub struct Attempt {
    key: TokenHash,
    request: TokenHash,
}

impl Attempt {
    /// The attempt of `caller` under `key` at `request`: method, address and body.
    #[must_use]
    pub fn new(caller: &str, key: &str, request: &str) -> Self {
        Self { key: TokenHash::of(&format!("{caller}\n{key}")), request: TokenHash::of(request) }
    }

    /// What tells it from attempts under other keys.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_str()
    }
}

/// An answer to be given again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// Version of what was changed or made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Its entity tag, quotes and all, where that is no version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Where it is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The body.
    pub body: serde_json::Value,
}

/// What a key says of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It is the first: make it, then [`complete`] it in the same transaction.
    Fresh,
    /// It was made before; this was the answer.
    Repeated(StoredAnswer),
    /// Something else was asked under this key.
    OtherRequest,
    /// It is under way.
    UnderWay,
}

/// Claims the key of an attempt in the transaction that is to make it. Another transaction that has claimed it is waited
/// for.
pub async fn claim(services: &Services, tx: &Tx, attempt: &Attempt) -> Result<Claim, IdempotencyError> {
    let now = services.now();
    let lifetime = i64::from(services.policy.management.idempotency_seconds);
    let keys = IdempotencyKeys::on(tx.connection());
    if keys.take(&attempt.key, &attempt.request, now, now + TimeDelta::seconds(lifetime)).await? {
        return Ok(Claim::Fresh);
    }
    match former(services, &keys, attempt).await? {
        // Whoever took it has not finished.
        Claim::Fresh => Ok(Claim::UnderWay),
        claim => Ok(claim),
    }
}

/// What the key of an attempt says, without claiming it: for use cases that judge before they write.
pub async fn look(services: &Services, tx: &Tx, attempt: &Attempt) -> Result<Claim, IdempotencyError> {
    former(services, &IdempotencyKeys::on(tx.connection()), attempt).await
}

async fn former(
    services: &Services,
    keys: &IdempotencyKeys<'_>,
    attempt: &Attempt,
) -> Result<Claim, IdempotencyError> {
    let former = keys.find(&attempt.key).await?;
    let Some(former) = former.filter(|former| former.expires_at > services.now()) else {
        return Ok(Claim::Fresh);
    };
    if !former.request.same_as(&attempt.request) {
        return Ok(Claim::OtherRequest);
    }
    let Some(sealed) = former.answer_sealed else { return Ok(Claim::UnderWay) };
    let opened = services.vault.open(Purpose::RepeatedAnswer, attempt.key.as_str().as_bytes(), &sealed);
    let opened = opened.ok_or(IdempotencyError::Unreadable)?;
    serde_json::from_slice(&opened).map(Claim::Repeated).map_err(|_| IdempotencyError::Unreadable)
}

/// Notes the answer of an attempt that was claimed in this transaction. Answer after the commit.
pub async fn complete(
    services: &Services,
    tx: &Tx,
    attempt: &Attempt,
    answer: &StoredAnswer,
) -> Result<(), IdempotencyError> {
    let json = serde_json::to_vec(answer).map_err(|_| IdempotencyError::Unreadable)?;
    let bound_to = attempt.key.as_str().as_bytes();
    let sealed = services.vault.seal(Purpose::RepeatedAnswer, bound_to, &json)?;
    let noted = IdempotencyKeys::on(tx.connection()).answer(&attempt.key, &sealed).await?;
    if noted { Ok(()) } else { Err(IdempotencyError::NotClaimed) }
}

/// Acts once under the key of `attempt`, in one transaction with the note of its answer. What is refused wrote nothing,
/// the key included.
pub async fn once<E: From<IdempotencyError> + From<StoreError>>(
    services: &Services,
    attempt: &Attempt,
    act: impl AsyncFnOnce(&Tx) -> Result<StoredAnswer, E>,
) -> Result<Result<StoredAnswer, Claim>, E> {
    let tx = services.store.begin().await?;
    let claim = claim(services, &tx, attempt).await?;
    if claim != Claim::Fresh {
        return Ok(Err(claim));
    }
    let answer = act(&tx).await?;
    complete(services, &tx, attempt, &answer).await?;
    tx.commit().await?;
    Ok(Ok(answer))
}

/// An effect that is made once under its key: use cases that own their transaction claim and complete the attempt in it.
pub struct Once<'a, T: ?Sized> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// What is answered when this came of it.
    pub answer: &'a (dyn Fn(&T) -> StoredAnswer + Sync),
}

impl<T: ?Sized> Once<'_, T> {
    /// Whether it is the first, before anything is judged.
    pub(crate) async fn look(&self, services: &Services, tx: &Tx) -> Result<(), NotFirst> {
        first(look(services, tx, self.attempt).await?)
    }

    /// Claims it.
    pub(crate) async fn claim(&self, services: &Services, tx: &Tx) -> Result<(), NotFirst> {
        first(claim(services, tx, self.attempt).await?)
    }

    /// Notes what is answered, as the effect was `made`.
    pub(crate) async fn complete(
        &self,
        services: &Services,
        tx: &Tx,
        made: &T,
    ) -> Result<(), IdempotencyError> {
        complete(services, tx, self.attempt, &(self.answer)(made)).await
    }
}

fn first(claim: Claim) -> Result<(), NotFirst> {
    if claim == Claim::Fresh { Ok(()) } else { Err(NotFirst::Claimed(Box::new(claim))) }
}

/// An attempt is not the first under its key.
#[derive(Debug, thiserror::Error)]
pub enum NotFirst {
    /// What the key says instead; never [`Claim::Fresh`].
    #[error("the idempotency key is taken")]
    Claimed(Box<Claim>),
    /// It cannot be looked up.
    #[error(transparent)]
    Failed(#[from] IdempotencyError),
}

/// The attempt cannot be looked up or noted.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Seal(#[from] VaultError),
    /// An answer that this installation cannot read again.
    #[error("a stored answer cannot be read")]
    Unreadable,
    /// The attempt was not claimed in this transaction, or is complete.
    #[error("an answer to an attempt that was not claimed")]
    NotClaimed,
}

#[cfg(test)]
mod tests;

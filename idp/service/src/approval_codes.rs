//! Approval codes: what a checker is shown, and whether what was entered on a maker's screen is right.

use chrono::TimeDelta;
use countersign_core::directory::approval_code::{
    ApprovalCode, ApprovalMode, Matter, OnlyByQueue, by_code, maker_counter,
};
use countersign_core::ids::ProfileId;
use countersign_core::secret::SecretString;
use countersign_store::{ApprovalCodes, Counters, StoreError, Tx, Window};

use crate::{Purpose, Services};

/// A code entered on the maker's screen.
pub struct Entry<'a> {
    /// Who made the request.
    pub maker: &'a ProfileId,
    /// Whose code it should be; `None` where the *Checker ID* is nobody's, which is as wrong as a wrong code.
    pub checker: Option<&'a ProfileId>,
    /// The hash of the request.
    pub request_hash: &'a [u8],
    /// What of the request matters here.
    pub matter: Matter,
    /// The code as entered.
    pub typed: &'a SecretString,
}

/// Why an entry approves nothing.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The request goes to the queue.
    #[error(transparent)]
    OnlyByQueue(#[from] OnlyByQueue),
    /// It is not the code of that checker, or theirs is revoked until they get a new one.
    #[error("not that checker's code")]
    Wrong,
    /// The database could not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The code that `checker` sees now: for the month, or for the request of that hash, as the policy says; `None` where
/// codes are off, or answer requests and none is named. One that was revoked is replaced.
pub async fn obtain(
    services: &Services,
    tx: &Tx,
    checker: &ProfileId,
    request_hash: Option<&[u8]>,
) -> Result<Option<ApprovalCode>, StoreError> {
    let limit = services.policy.approval_code.code_tries;
    let state = ApprovalCodes::on(tx.connection()).obtain(checker, limit).await?;
    Ok(derive(services, checker, request_hash, state.epoch))
}

/// Checks an entry. Wrong ones are counted, for the maker and for the checker: commit `tx` whatever the answer.
pub async fn check(services: &Services, tx: &Tx, entry: &Entry<'_>) -> Result<(), EntryError> {
    let (policy, now) = (&services.policy.approval_code, services.now());
    by_code(policy, entry.matter, 0)?;
    let name = maker_counter(entry.maker, now);
    let key = services.vault.keyed_hash(Purpose::Counter, &[name.as_bytes()]);
    let counters = Counters::on(tx.connection());
    // Counted before it is known to be wrong: of entries at once, no more than the limit are compared.
    let entries = counters.count(&key, Window::SinceFirst(TimeDelta::hours(24)), now).await?;
    by_code(policy, entry.matter, entries.saturating_sub(1))?;

    let checker = entry.checker.ok_or(EntryError::Wrong)?;
    let codes = ApprovalCodes::on(tx.connection());
    let state = codes.try_code(checker, policy.code_tries, now).await?.ok_or(EntryError::Wrong)?;
    let code = derive(services, checker, Some(entry.request_hash), state.epoch);
    if !code.is_some_and(|code| code.matches(entry.typed)) {
        return Err(EntryError::Wrong);
    }
    codes.was_right(checker).await?;
    counters.take_back(&[&key]).await?;
    Ok(())
}

fn derive(
    services: &Services,
    checker: &ProfileId,
    request_hash: Option<&[u8]>,
    epoch: u32,
) -> Option<ApprovalCode> {
    let hash = |parts: &[&[u8]]| services.vault.keyed_bytes(Purpose::ApprovalCode, parts);
    match services.policy.approval_code.mode {
        ApprovalMode::Monthly => Some(ApprovalCode::monthly(&hash, checker, services.now(), epoch)),
        ApprovalMode::PerRequest => {
            request_hash.map(|request| ApprovalCode::for_request(&hash, checker, request, epoch))
        }
        ApprovalMode::Off => None,
    }
}

#[cfg(test)]
mod tests;

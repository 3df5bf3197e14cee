//! What one address may try within an hour, over all user IDs: one source cannot try many accounts.
//!
//! A browser that a user ID has logged in from before does not count there: an office goes out through one address,
//! and whoever else is behind it must not use up what the owner needs. What such a browser may do is limited by
//! allowances of its own.

use chrono::TimeDelta;
use countersign_core::journey::lockout::{self, Counted, Failures, Verdict};
use countersign_core::secret::TokenHash;
use countersign_store::{Counters, Tx, Window};

use super::fault::Fault;
use super::known;
use super::visit::Visit;
use crate::{Purpose, Services};

/// The source of a try, if the try counts for it.
pub(crate) struct Source(Option<TokenHash>);

impl Source {
    /// Where a try for `user_id` comes from.
    pub(crate) fn of(services: &Services, visit: &Visit, user_id: &str) -> Self {
        Self((!known::knows(services, visit, user_id)).then(|| Self::key(services, visit)))
    }

    /// Under which the tries of an address are counted in the present hour.
    pub(crate) fn key(services: &Services, visit: &Visit) -> TokenHash {
        let hour = lockout::hour_of(services.now()).to_be_bytes();
        let address = visit.neighbourhood();
        services.vault.keyed_hash(Purpose::Counter, &[b"password", b"hour", address.as_bytes(), &hour])
    }

    /// Whether a try from there is looked at now. Nothing is counted.
    pub(crate) async fn look(&self, services: &Services, tx: &Tx) -> Result<Verdict, Fault> {
        let Some(key) = &self.0 else { return Ok(Verdict::Allowed) };
        let [counted] = Counters::on(tx.connection()).get([key], services.now()).await?;
        Ok(Self::verdict(services, counted))
    }

    /// The same, with what is counted under `other`. One statement.
    pub(crate) async fn look_with(
        &self,
        services: &Services,
        tx: &Tx,
        other: &TokenHash,
    ) -> Result<(Verdict, Option<Failures>), Fault> {
        let (counters, now) = (Counters::on(tx.connection()), services.now());
        let Some(key) = &self.0 else {
            let [other] = counters.get([other], now).await?;
            return Ok((Verdict::Allowed, other));
        };
        let [source, other] = counters.get([key, other], now).await?;
        Ok((Self::verdict(services, source), other))
    }

    /// Counts a try. Tries at once may all have been looked at under the same count, and are counted one after the
    /// other: which of them wait is decided here.
    pub(crate) async fn count(&self, services: &Services, tx: &Tx) -> Result<Verdict, Fault> {
        let Some(key) = &self.0 else { return Ok(Verdict::Allowed) };
        let now = services.now();
        let hour = Window::SinceFirst(TimeDelta::hours(1));
        let tries = Counters::on(tx.connection()).count(key, hour, now).await?;
        Ok(Self::verdict(services, Some(Failures { count: tries.saturating_sub(1), last_at: now })))
    }

    /// Gives the count of a try back.
    pub(crate) async fn give_back(&self, tx: &Tx) -> Result<(), Fault> {
        if let Some(key) = &self.0 {
            Counters::on(tx.connection()).take_back(&[key]).await?;
        }
        Ok(())
    }

    fn verdict(services: &Services, source: Option<Failures>) -> Verdict {
        let counted = Counted { source, ..Counted::default() };
        lockout::password(&services.policy.lockout, counted, services.now())
    }
}

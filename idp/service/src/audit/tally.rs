//! Strangers' failures: counted in memory, added to the hour's tallies every few seconds, and recorded once the hour is
//! over. However often and from however many networks they fail, they write a bounded number of records.
//!
//! A tally says from where, how, and how often; never which user ID was typed, which may have been a password.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign_core::Timestamp;
use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::from_millis;
use countersign_core::journey::lockout::hour_of;
use countersign_store::{AuditTallies, StoreError, Tally};
use serde_json::json;

use super::append;
use crate::Services;

/// Networks and kinds that a node tells apart within an hour; what comes after goes together.
const APART: usize = 1000;

/// Where failures from further networks are counted.
const ELSEWHERE: &str = "elsewhere";

/// Tallies that become records in one transaction.
const BATCH: u64 = 200;

/// What strangers failed at since the last [`flush`].
#[derive(Default)]
pub struct StrangerTally(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    hour: i64,
    /// Kept with 0 after a flush, so that the limit is one of the hour.
    failures: HashMap<(String, &'static str), i64>,
    /// Of hours before, when nobody flushed in time.
    before: Vec<Tally>,
}

impl StrangerTally {
    /// Counts a failure of `kind` from the network `source`.
    pub(crate) fn count(&self, kind: &'static str, source: &str, now: Timestamp) {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hour.turn_to(hour_of(now));
        let known = hour.failures.contains_key(&(source.to_owned(), kind));
        let source = if known || hour.failures.len() < APART { source } else { ELSEWHERE };
        *hour.failures.entry((source.to_owned(), kind)).or_insert(0) += 1;
    }

    fn drain(&self, now: Timestamp) -> Vec<Tally> {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hour.turn_to(hour_of(now));
        let mut drained = std::mem::take(&mut hour.before);
        drained.extend(hour.take_counts());
        drained
    }

    /// Puts back what could not be written.
    fn restore(&self, tallies: Vec<Tally>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).before.extend(tallies);
    }
}

impl Counted {
    fn turn_to(&mut self, hour: i64) {
        if hour != self.hour {
            let rest = self.take_counts();
            self.before.extend(rest);
            self.failures.clear();
            self.hour = hour;
        }
    }

    fn take_counts(&mut self) -> Vec<Tally> {
        let hour = self.hour;
        let counted = self.failures.iter_mut().filter(|(_, count)| **count > 0);
        let mut tallies: Vec<_> = counted
            .map(|((source, kind), count)| Tally {
                hour,
                source: source.clone(),
                kind: (*kind).to_owned(),
                count: std::mem::take(count),
            })
            .collect();
        // Always in this order, so that two nodes at once wait for each other rather than deadlock.
        tallies.sort_by(|a, b| (&a.source, &a.kind).cmp(&(&b.source, &b.kind)));
        tallies
    }
}

/// Adds what this node counted to the tallies that all nodes share.
pub async fn flush(services: &Services) -> Result<(), StoreError> {
    let tallies = services.strangers.drain(services.now());
    if tallies.is_empty() {
        return Ok(());
    }
    let added = add(services, &tallies).await;
    if added.is_err() {
        services.strangers.restore(tallies);
    }
    added
}

async fn add(services: &Services, tallies: &[Tally]) -> Result<(), StoreError> {
    let tx = services.store.begin().await?;
    for tally in tallies {
        AuditTallies::on(tx.connection()).add(tally).await?;
    }
    tx.commit().await
}

/// Records the tallies of hours that are over; says how many. Whichever node takes a tally records it.
pub async fn close_hours(services: &Services) -> Result<usize, StoreError> {
    let this_hour = hour_of(services.now());
    let over = AuditTallies::on(services.store.read()).before(this_hour, BATCH).await?;
    if over.is_empty() {
        return Ok(0);
    }
    let tx = services.store.begin().await?;
    let mut recorded = 0;
    for tally in over {
        if AuditTallies::on(tx.connection()).take(&tally).await? {
            append(services, &tx, entry(tally)).await?;
            recorded += 1;
        }
    }
    tx.commit().await?;
    Ok(recorded)
}

fn entry(tally: Tally) -> AuditEntry {
    let Tally { hour, source, kind, count } = tally;
    let from = from_millis(hour.saturating_mul(3_600_000)).to_rfc3339();
    AuditEntry::new(Action::StrangersFailed, AuditActor::Stranger)
        .about(Subject::new(SubjectKind::Network, source.clone(), source.clone()))
        .from_source(source)
        .after(json!({"kind": kind, "count": count, "hour_from": from}))
        .denied(kind)
}

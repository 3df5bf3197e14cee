//! What each stage does in one batch.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use countersign_core::Timestamp;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::migration::{Finding, Outcome, ReportLine};
use countersign_core::ids::ProfileId;
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Activity, EndRun, EndRuns, FrozenLists, MigrationFacts, Passer, Tx};

use super::Batch;
use super::people::{Named, People};
use crate::login::Fault;
use crate::{Services, sessions};

/// People of a batch that takes access away: about ten statements each.
const FEW: u64 = 50;

/// People of a batch that only writes columns and lines.
const MANY: u64 = 500;

/// How long somebody is left alone whom a request waits about.
const DEFERRED: TimeDelta = TimeDelta::hours(1);

/// Ends sessions that a smartcard opened. Those ended are not found again, so every batch begins at the beginning.
pub(super) async fn sessions(services: &Services, tx: &Tx, run: &EndRun) -> Result<Batch, Fault> {
    let found = MigrationFacts::on(tx.connection()).card_sessions(run.clearing_house, FEW).await?;
    let people: BTreeSet<ProfileId> = found.iter().map(|session| session.profile_id.clone()).collect();
    Activity::on(tx.connection()).hold_all(&people).await?;
    for session in &found {
        sessions::end(services, tx, session, EndedBecause::MethodEnded).await?;
    }
    Ok(Batch { report: Vec::new(), next: (!found.is_empty()).then(String::new) })
}

/// Works through the frozen list: whom it gives to quarantine, and whom it keeps.
pub(super) async fn quarantine(services: &Services, tx: &Tx, run: &EndRun) -> Result<Batch, Fault> {
    let after = run.place.parse().ok();
    let everything = Scope::of_the_installation();
    let lists = FrozenLists::on(tx.connection());
    let lines = lists.lines(&everything, &run.list, &Finding::WITHOUT_EMAIL, after, FEW).await?;
    let next = lines.last().map(|(number, _)| number.to_string());
    let named = lines.iter().filter_map(|(_, line)| Some((line.finding, Named::of(line)?)));
    let (findings, named): (Vec<Finding>, Vec<Named>) = named.unzip();
    let people = People::hold(services, tx, &named).await?;
    let mut report = Vec::new();
    for (finding, named) in findings.into_iter().zip(&named) {
        let outcome = people.quarantine(services, tx, run, finding, named).await?;
        report
            .push(ReportLine { remove_at: again(services, outcome), ..named.line(services.now(), outcome) });
    }
    Ok(Batch { report, next })
}

/// When somebody is looked at again: whose quarantine is over then, or whom a request waits about.
fn again(services: &Services, outcome: Outcome) -> Option<Timestamp> {
    match outcome {
        Outcome::Quarantined => {
            Some(services.now() + TimeDelta::days(services.policy.migration.quarantine_days.into()))
        }
        Outcome::Deferred => Some(services.now() + DEFERRED),
        _ => None,
    }
}

/// Clears what is written of smartcards, of everyone in the house.
pub(super) async fn cards(services: &Services, tx: &Tx, run: &EndRun) -> Result<Batch, Fault> {
    let facts = MigrationFacts::on(tx.connection());
    let found = facts.with_card(run.clearing_house, &run.place, MANY).await?;
    let ids: BTreeSet<ProfileId> = found.iter().map(|passer| passer.id.clone()).collect();
    // An approval under way has ended before its profile's row is written, and none reads the row meanwhile.
    Activity::on(tx.connection()).hold_all(&ids).await?;
    facts.clear_cards(&ids).await?;
    Ok(passed(services, found, Outcome::CardCleared))
}

/// Notes who has no email address and was on no list: nobody approved that anything be done to them.
pub(super) async fn unforeseen(services: &Services, tx: &Tx, run: &EndRun) -> Result<Batch, Fault> {
    let facts = MigrationFacts::on(tx.connection());
    let found = facts.unforeseen(run.clearing_house, &run.list, &run.place, MANY).await?;
    Ok(passed(services, found, Outcome::Unforeseen))
}

fn passed(services: &Services, found: Vec<Passer>, outcome: Outcome) -> Batch {
    let next = found.last().map(|passer| passer.id.to_string());
    let line = |passer| Named::from(passer).line(services.now(), outcome);
    Batch { report: found.into_iter().map(line).collect(), next }
}

/// Removes who stayed in quarantine until its end, and does to whom a request had waited about what would have been done
/// to them then. While one waits, they are looked at again and again, and the report says no more of it.
pub(super) async fn removals(services: &Services, tx: &Tx, run: &EndRun) -> Result<Batch, Fault> {
    let runs = EndRuns::on(tx.connection());
    let over = runs.over(run.clearing_house, services.now(), FEW).await?;
    let (numbers, named): (Vec<(i64, Outcome)>, Vec<Named>) =
        over.into_iter().map(|(number, line)| ((number, line.outcome), Named::from(line))).unzip();
    let people = People::hold(services, tx, &named).await?;
    let (mut report, mut settled, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for ((number, former), named) in numbers.into_iter().zip(&named) {
        let outcome = match former {
            Outcome::Deferred => people.quarantine(services, tx, run, Finding::Quarantine, named).await?,
            _ => people.remove(services, tx, run, named).await?,
        };
        if outcome == Outcome::Deferred {
            waiting.push(number);
        } else {
            settled.push(number);
            let line = named.line(services.now(), outcome);
            report.push(ReportLine { remove_at: again(services, outcome), ..line });
        }
    }
    runs.settle(run.clearing_house, &settled, None).await?;
    runs.settle(run.clearing_house, &waiting, again(services, Outcome::Deferred)).await?;
    // The stage is the last: what is due later is found when it is.
    Ok(Batch { report, next: None })
}

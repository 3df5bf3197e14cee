//! Phases of the migration: their dates, and the moves, which are made with their approval or wait for their time.

use chrono::TimeDelta;
use countersign_core::Timestamp;
use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::registry::phases::{
    About, ApprovedList, Typed, cancel, move_to, schedule,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, Subject};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::finding::Findings;
use countersign_core::directory::migration::PendingMove;
use countersign_core::directory::permission::Action;
use countersign_core::directory::phase::Phase;
use countersign_store::{Connection, EndRuns, FrozenLists, Phases};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::migration::{Moving, carry_out};
use super::super::prepare::Asked;
use super::asker;
use crate::Services;
use crate::login::Fault;

/// What came of a draft about a phase.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let (house, named) = match draft {
        Draft::MovePhase { clearing_house, dry_run, .. } => (*clearing_house, dry_run.as_deref()),
        Draft::SchedulePhase { clearing_house, .. } | Draft::CancelMove { clearing_house } => {
            (*clearing_house, None)
        }
        _ => return Ok(None),
    };
    let stand = Phases::on(connection()).stand(house).await?;
    let run = EndRuns::on(connection()).find(house).await?;
    // A list of another house is none of this one's.
    let list = match named.and_then(|hash| hash.trim().parse().ok()) {
        Some(hash) => FrozenLists::on(connection()).find(house, &hash).await?,
        None => None,
    };
    let about = About {
        stand: &stand,
        end_of_run_started: run.is_some_and(|run| run.started_at.is_some()),
        list: list.as_ref(),
        list_lasts: TimeDelta::days(services.policy.migration.dry_run_days.into()),
        now: services.now(),
    };
    let asker = asker(services, maker, stand.phase);
    let judged = match draft {
        Draft::SchedulePhase { phase, at, .. } => schedule(asker, &about, phase, at.as_deref(), findings),
        Draft::MovePhase { to, at, dry_run, .. } => {
            let typed = Typed { to, at: at.as_deref(), dry_run: dry_run.as_deref() };
            move_to(asker, &about, &typed, findings)
        }
        _ => cancel(asker, &about, findings),
    };
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns: None }))
}

/// Puts a change of a phase into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    let phases = Phases::on(effect.tx.connection());
    let (now, version) = (effect.services.now(), subject.version);
    let done = match change {
        Change::SchedulePhase { clearing_house: house, phase, at } => {
            effect.allows(subject, Action::MovePhase, *house)?;
            phases.schedule(*house, version, *phase, *at, now).await?
        }
        Change::CancelMove { clearing_house: house } => {
            effect.allows(subject, Action::MovePhase, *house)?;
            phases.plan(*house, version, None, now).await?
        }
        Change::MovePhase { clearing_house: house, to, at, dry_run } => {
            effect.allows(subject, Action::MovePhase, *house)?;
            moved(effect, version, *house, *to, *at, dry_run.as_ref()).await?
        }
        _ => return Err(Fault::internal("not about a phase").into()),
    };
    if done { Ok(()) } else { Err(changed(subject)) }
}

/// Moves a house of that version, or writes down that it will. False when it has another by now.
async fn moved(
    effect: &Effect<'_>,
    version: i64,
    house: ClearingHouse,
    to: Phase,
    at: Option<Timestamp>,
    list: Option<&ApprovedList>,
) -> Result<bool, ApplyError> {
    let (services, request) = (effect.services, &effect.request.id);
    let phases = Phases::on(effect.tx.connection());
    let hash = list.map(|list| &list.hash);
    if let Some(at) = at.filter(|at| *at > services.now()) {
        let pending = PendingMove { to, at, dry_run: hash.cloned(), request: request.clone() };
        return Ok(phases.plan(house, version, Some(&pending), services.now()).await?);
    }
    let stand = phases.stand(house).await?;
    let moving = Moving { to, dry_run: hash, request };
    Ok(stand.version == version && carry_out(services, effect.tx, &stand, &moving).await?)
}

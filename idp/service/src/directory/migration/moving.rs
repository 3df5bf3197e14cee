//! Moves: at once when they are approved, or when their time has come. A move to the end closes the smartcard path, for
//! login and reset follow the phase, and leaves the job to do the rest.

use chrono::TimeDelta;
use countersign_core::audit::{Action, AuditActor, AuditEntry, Subject, SubjectKind};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{HouseStand, ListHash, PendingMove, possible};
use countersign_core::directory::phase::Phase;
use countersign_core::ids::RequestId;
use countersign_store::{EndRuns, Phases, Tx};
use serde_json::json;

use crate::login::Fault;
use crate::{Services, audit};

/// Why a due move is given up.
const IMPOSSIBLE: &str = "the house cannot make this move as it stands";

/// A move that is carried out now.
pub(in crate::directory) struct Moving<'a> {
    /// Where to.
    pub(in crate::directory) to: Phase,
    /// The frozen list, for the end.
    pub(in crate::directory) dry_run: Option<&'a ListHash>,
    /// The request that two people signed.
    pub(in crate::directory) request: &'a RequestId,
}

/// Moves a house that stands as it was read, as part of `tx`. False when it cannot go there, or has changed since: then
/// `tx` may not be committed.
pub(in crate::directory) async fn carry_out(
    services: &Services,
    tx: &Tx,
    stand: &HouseStand,
    moving: &Moving<'_>,
) -> Result<bool, Fault> {
    let (house, now) = (stand.clearing_house, services.now());
    let runs = EndRuns::on(tx.connection());
    if !Phases::on(tx.connection()).move_to(house, stand.version, moving.to, now).await? {
        return Ok(false);
    }
    if !possible(stand.phase, false).contains(&moving.to) {
        return Ok(false);
    }
    match (stand.phase, moving.to, moving.dry_run) {
        // The job that was to start does not. One that has cannot be taken back.
        (Phase::Complete, _, _) => Ok(runs.take_back(house).await?),
        (_, Phase::Complete, Some(list)) => {
            let wait = TimeDelta::hours(services.policy.migration.end_of_run_after_hours.into());
            Ok(runs.begin(house, list, moving.request, now + wait).await?)
        }
        (_, Phase::Complete, None) => Ok(false),
        _ => Ok(true),
    }
}

/// Carries out the moves whose time has come, and says how many. Safe on several nodes at once: of those who see a house in
/// one version, one moves it. What fails in one house is logged, tried again at the next turn, and keeps no other waiting.
pub async fn carry_out_due(services: &Services) -> Result<usize, Fault> {
    let mut moved = 0;
    for house in Phases::on(services.store.read()).due(services.now()).await? {
        match move_due(services, house).await {
            Ok(true) => moved += 1,
            Ok(false) => {}
            Err(error) => {
                let house = house.as_str();
                tracing::error!(house, %error, "a due move was not carried out");
            }
        }
    }
    Ok(moved)
}

/// Carries out the move of a house whose time has come; says whether it did.
async fn move_due(services: &Services, house: ClearingHouse) -> Result<bool, Fault> {
    let now = services.now();
    let tx = services.store.begin().await?;
    let stand = Phases::on(tx.connection()).stand(house).await?;
    let Some(pending) = stand.pending.clone().filter(|pending| pending.at <= now) else { return Ok(false) };
    let moving = Moving { to: pending.to, dry_run: pending.dry_run.as_ref(), request: &pending.request };
    if carry_out(services, &tx, &stand, &moving).await? {
        audit::append(services, &tx, moved_entry(&stand, &pending)).await?;
        tx.commit().await?;
        return Ok(true);
    }
    drop(tx);
    give_up(services, &stand, &pending).await?;
    Ok(false)
}

/// Forgets a due move that the house cannot make as it stands: the answer would be the same at every turn. Where the house
/// has changed meanwhile, somebody else was faster, and nothing is given up.
async fn give_up(services: &Services, stand: &HouseStand, pending: &PendingMove) -> Result<(), Fault> {
    let tx = services.store.begin().await?;
    let house = stand.clearing_house;
    if !Phases::on(tx.connection()).plan(house, stand.version, None, services.now()).await? {
        return Ok(());
    }
    audit::append(services, &tx, moved_entry(stand, pending).denied(IMPOSSIBLE)).await?;
    tx.commit().await?;
    tracing::error!(
        house = house.as_str(),
        to = pending.to.as_str(),
        "a due move is not possible, and is given up"
    );
    Ok(())
}

fn moved_entry(stand: &HouseStand, pending: &PendingMove) -> AuditEntry {
    let house = stand.clearing_house.as_str();
    AuditEntry::new(Action::PhaseMoved, AuditActor::Job("move-phase"))
        .about(Subject::new(SubjectKind::Phase, format!("phase:{house}"), house))
        .on_request(pending.request.clone())
        .before(json!({ "phase": stand.phase }))
        .after(json!({ "phase": pending.to }))
}

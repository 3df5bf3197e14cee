//! `GET /api/v1/phases`: where the houses stand, and what is planned.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::phases::{EndOfRun, HousePhase, PendingMove, Phases, ScheduledPhase};
use countersign_core::hong_kong_day;
use countersign_service::Services;
use countersign_service::directory::reading::phases::{self, House};

use super::words;
use crate::http::management::caller::Reading;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::Refusal;

/// Says where the clearing houses stand in the migration: all of them to operators, their own to administrators.
#[utoipa::path(
    get,
    path = "/phases",
    operation_id = "list_phases",
    tag = "Migration",
    responses((status = 200, description = "Where they stand.", body = Phases))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    parameters: Parameters,
) -> Result<Json<Phases>, Refusal> {
    parameters.finish()?;
    let stands = phases::stands(&services, &reading.scope).await?;
    let whole = reading.scope.participant().is_none();
    let items = stands.into_iter().map(|house| shown(&services, house, whole));
    Ok(Json(Phases { items: items.collect() }))
}

/// How many of a house's people what becomes of is nobody's business who does not see them all.
fn shown(services: &Services, House { stand, run }: House, whole: bool) -> HousePhase {
    let today = hong_kong_day(services.now());
    let scheduled = stand.scheduled.iter().map(|(phase, day)| ScheduledPhase {
        phase: words::phase(*phase),
        day: *day,
        days_left: day.signed_duration_since(today).num_days(),
    });
    HousePhase {
        clearing_house: stand.clearing_house.as_str().to_owned(),
        phase: words::phase(stand.phase),
        since: stand.since,
        scheduled: scheduled.collect(),
        pending_move: stand.pending.map(|pending| PendingMove {
            to: words::phase(pending.to),
            at: pending.at,
            dry_run: pending.dry_run.map(|hash| hash.to_string()),
            request: pending.request.to_string(),
        }),
        end_of_run: run.map(|run| EndOfRun {
            stage: words::stage(run.stage),
            due_at: run.due_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            dry_run: run.list.to_string(),
            request: run.request.to_string(),
            counts: whole.then(|| words::run_counts(run.counts)),
        }),
        version: stand.version,
    }
}

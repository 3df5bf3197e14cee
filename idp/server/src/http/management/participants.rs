//! `GET /api/v1/participants` and `GET /api/v1/progress`: the caller's own participant; operators see all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::page::{Page, PageQuery};
use countersign_api::participants::{Participant, ParticipantQuery, Progress};
use countersign_service::Services;
use countersign_service::directory::reading::participants::{self, ParticipantProgress};

use super::caller::Reading;
use super::pages;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Lists participants.
#[utoipa::path(
    get,
    path = "/participants",
    operation_id = "list_participants",
    tag = "Participants",
    params(ParticipantQuery, PageQuery),
    responses((status = 200, description = "A page of participants.", body = Page<Participant>))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<Participant>>, Refusal> {
    let cursors = participants::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let house = parameters.one_of("clearing_house");
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let count =
        if counted { Some(participants::count(&services, &reading.scope, house).await?) } else { None };
    let found = participants::page(&services, &reading.scope, house, wanted.after, wanted.limit).await?;
    Ok(Json(pages::page(found, cursors, count, |found| participant(&found))))
}

/// Says how far the people of each participant are in the migration.
#[utoipa::path(
    get,
    path = "/progress",
    operation_id = "show_progress",
    tag = "Participants",
    params(ParticipantQuery, PageQuery),
    responses((status = 200, description = "A page of participants.", body = Page<Progress>))
)]
pub(super) async fn progress(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<Progress>>, Refusal> {
    let cursors = participants::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let house = parameters.one_of("clearing_house");
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let count =
        if counted { Some(participants::count(&services, &reading.scope, house).await?) } else { None };
    let found = participants::progress(&services, &reading.scope, house, wanted.after, wanted.limit).await?;
    Ok(Json(pages::page(found, cursors, count, |found| how_far(&found))))
}

fn participant(found: &participants::Found) -> Participant {
    Participant {
        clearing_house: found.clearing_house.as_str().to_owned(),
        participant: found.participant.to_string(),
        kind: found.kind.to_string(),
        name: found.name.to_string(),
        customer_codes: found.customer_codes.iter().map(ToString::to_string).collect(),
    }
}

fn how_far(found: &ParticipantProgress) -> Progress {
    Progress {
        clearing_house: found.participant.clearing_house.as_str().to_owned(),
        participant: found.participant.participant.to_string(),
        name: found.participant.name.to_string(),
        phase: found.phase.map(|phase| phase.as_str().to_owned()),
        users: found.progress.users,
        registered: found.progress.registered,
        password_set: found.progress.password_set,
        token_set: found.progress.token_set,
        logged_in_2fa: found.progress.logged_in_2fa,
    }
}

//! `GET /api/v1/participants` and `GET /api/v1/progress`: the caller's own participant; operators see all.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::drafts::ParticipantName;
use countersign_api::page::{Page, PageQuery};
use countersign_api::participants::{Appointment, Appointments, Participant, ParticipantQuery, Progress};
use countersign_core::ids::ProfileId;
use countersign_service::Services;
use countersign_service::directory::reading::participants::{self, Appointed, ParticipantProgress};

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
    let soles = participants::sole_administrators(&services, &reading.scope, &found.items).await?;
    Ok(Json(pages::page(found, cursors, count, |found| participant(&found, &soles))))
}

/// Lists the appointments of settlement agents that the caller's participant made or was given.
#[utoipa::path(
    get,
    path = "/appointments",
    operation_id = "list_appointments",
    tag = "Participants",
    responses((status = 200, description = "The appointments.", body = Appointments))
)]
pub(super) async fn appointments(
    State(services): State<Arc<Services>>,
    reading: Reading,
    parameters: Parameters,
) -> Result<Json<Appointments>, Refusal> {
    parameters.finish()?;
    let found = participants::appointments(&services, &reading.scope).await?;
    Ok(Json(Appointments { items: found.into_iter().map(appointment).collect() }))
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

fn appointment(found: Appointed) -> Appointment {
    let Appointed { appointment, principal, agent } = found;
    let name = |party: &participants::Found| ParticipantName {
        clearing_house: party.clearing_house.to_string(),
        participant: party.participant.to_string(),
    };
    Appointment {
        principal: name(&principal),
        agent: name(&agent),
        agent_name: agent.name.to_string(),
        since: appointment.since,
        ended_at: appointment.ended_at,
    }
}

fn participant(found: &participants::Found, soles: &BTreeMap<ProfileId, String>) -> Participant {
    Participant {
        clearing_house: found.clearing_house.as_str().to_owned(),
        participant: found.participant.to_string(),
        kind: found.kind.to_string(),
        name: found.name.to_string(),
        customer_codes: found.customer_codes.iter().map(ToString::to_string).collect(),
        sole_administrator: found.sole_administrator.as_ref().and_then(|sole| soles.get(sole).cloned()),
        closed_at: found.closed_at,
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

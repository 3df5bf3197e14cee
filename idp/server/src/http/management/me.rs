//! `GET /api/v1/me`: who calls, and what they may do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::me::{Me, Person, Sees, Service, Warning};
use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::founders::ENOUGH_OPERATORS;
use countersign_core::oauth::acr::Acr;
use countersign_service::directory::caller::Caller;
use countersign_service::{Services, bootstrap};

use super::caller::Known;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Says who calls, and what they may do. Anyone with a token of the directory may ask.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "show_me",
    tag = "Caller",
    responses((status = 200, description = "The caller.", body = Me))
)]
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    Known(caller): Known,
    parameters: Parameters,
) -> Result<Json<Me>, Refusal> {
    parameters.finish()?;
    Ok(Json(match caller {
        Caller::Person(actor) => Me::Person(person(&services, &actor).await?),
        Caller::Auditor { client_id } => Me::Service(Service { client_id, sees: Sees::Installation }),
    }))
}

async fn person(services: &Services, actor: &Actor) -> Result<Person, Refusal> {
    let proof = actor.proof.as_ref().ok_or_else(Refusal::unauthenticated)?;
    let max_age = services.policy.management.step_up_seconds;
    let levels = [(AccessLevel::Enquiry, "EE"), (AccessLevel::Maker, "MK"), (AccessLevel::Checker, "CK")];
    let held = levels.into_iter().filter(|(level, _)| actor.holds(*level));
    Ok(Person {
        user_id: actor.user_id.clone(),
        clearing_house: actor.clearing_house.as_str().to_owned(),
        participant: actor.participant_id.clone(),
        access_levels: held.map(|(_, code)| code.to_owned()).collect(),
        sees: actor.scope().as_ref().map(sees),
        acr: proof.acr.as_str().to_owned(),
        auth_time: proof.auth_time,
        stepped_up: proof.is_fresh(Acr::OtpApp, max_age, services.now()),
        warnings: warnings(services, actor).await?,
    })
}

/// What operators are warned of; nobody else could do anything about it.
async fn warnings(services: &Services, actor: &Actor) -> Result<Vec<Warning>, Refusal> {
    if !actor.is_operator() {
        return Ok(Vec::new());
    }
    let operators = bootstrap::operators(services).await?;
    Ok(if operators < ENOUGH_OPERATORS { vec![Warning::FewOperators] } else { Vec::new() })
}

fn sees(scope: &Scope) -> Sees {
    if scope.participant().is_some() { Sees::Participant } else { Sees::Installation }
}

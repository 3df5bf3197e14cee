//! Appointments of settlement agents: made, and ended with all that the agent's people may do for the principal.

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::appointment::Appointment;
use countersign_core::directory::change_request::registry::appointments::{About, appoint, end};
use countersign_core::directory::change_request::{Change, Draft, Judged, ParticipantName, Subject};
use countersign_core::directory::finding::Findings;
use countersign_core::directory::participant::{Participant, ParticipantKind};
use countersign_core::directory::permission::Action;
use countersign_core::ids::ParticipantKey;
use countersign_store::{Appointments, Connection, Directory, Participants, Phases};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::{asker, participants};
use crate::Services;
use crate::login::Fault;

/// What came of a draft about an appointment.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let (Draft::AppointAgent { principal, agent } | Draft::EndAppointment { principal, agent }) = draft
    else {
        return Ok(None);
    };
    let scope = maker.scope().ok_or_else(|| Fault::internal("a maker who may not even look"))?;
    let asker =
        asker(services, maker, Phases::on(connection()).current().await?.of(principal.clearing_house));
    let principal = named(connection, principal).await?.filter(|principal| scope.holds(&principal.key));
    // Whom one may appoint is no secret.
    let agent = named(connection, agent).await?;
    let (appointment, people) = match (&principal, &agent) {
        (Some(principal), Some(agent)) => {
            let appointment = Appointments::on(connection()).find(&principal.key, &agent.key).await?;
            let code = agent.participant.as_str();
            (appointment, Directory::on(connection()).count_enabled(&principal.key, Some(code)).await?)
        }
        _ => (None, 0),
    };
    let about = About {
        principal: principal.as_ref(),
        agent: agent.as_ref(),
        appointment: appointment.as_ref(),
        people,
    };
    let judged = match draft {
        Draft::AppointAgent { .. } => appoint(asker, &about, findings),
        _ => end(asker, &about, findings),
    };
    let concerns = principal.map(|principal| principal.key);
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns }))
}

async fn named<'c>(
    connection: &impl Fn() -> Connection<'c>,
    name: &ParticipantName,
) -> Result<Option<Participant>, Fault> {
    let name = name.normalised();
    Ok(Participants::on(connection()).find(name.clearing_house, &name.participant).await?)
}

/// Puts an appointment, or its end, into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    let (Change::AppointAgent { principal, agent } | Change::EndAppointment { principal, agent }) = change
    else {
        return Err(Fault::internal("not about an appointment").into());
    };
    effect.allows(subject, Action::MaintainAppointment, principal.clearing_house)?;
    let [principal, agent] = taken(effect, subject, [principal, agent]).await?;
    let appointments = Appointments::on(effect.tx.connection());
    let there = appointments.find(&principal.key, &agent.key).await?;
    if there.as_ref().map_or(0, |there| there.version) != subject.version {
        return Err(changed(subject));
    }
    let now = effect.services.now();
    match (change, there) {
        (Change::AppointAgent { .. }, None) if agent.kind == ParticipantKind::SettlementAgent => {
            Ok(appointments.add(&principal.key, &agent.key, now).await?)
        }
        (Change::AppointAgent { .. }, Some(former)) if agent.kind == ParticipantKind::SettlementAgent => {
            save(effect, &Appointment { since: now, ended_at: None, ..former }).await
        }
        (Change::EndAppointment { .. }, Some(former)) => conclude(effect, former, &agent).await,
        _ => Err(changed(subject)),
    }
}

/// Both participants, for this transaction alone: who marks people of the agent at the same time waits, or is waited for.
async fn taken(
    effect: &Effect<'_>,
    subject: &Subject,
    names: [&ParticipantName; 2],
) -> Result<[Participant; 2], ApplyError> {
    let participants = Participants::on(effect.tx.connection());
    let mut keys = Vec::new();
    for name in names {
        let found = participants.find(name.clearing_house, &name.participant).await?;
        keys.push(found.map(|found| found.key).ok_or_else(|| changed(subject))?);
    }
    let mut taken = participants.take(&keys.iter().cloned().collect()).await?;
    let mut open = keys.iter().map(|key| taken.remove(key).filter(|found| found.closed_at.is_none()));
    match (open.next().flatten(), open.next().flatten()) {
        (Some(principal), Some(agent)) => Ok([principal, agent]),
        _ => Err(changed(subject)),
    }
}

/// Ends an appointment: the people of the agent act for the principal no more.
async fn conclude(effect: &Effect<'_>, there: Appointment, agent: &Participant) -> Result<(), ApplyError> {
    let principal = there.principal.clone();
    save(effect, &Appointment { ended_at: Some(effect.services.now()), ..there }).await?;
    participants::bar(effect, &principal, Some(agent.participant.as_str())).await
}

async fn save(effect: &Effect<'_>, appointment: &Appointment) -> Result<(), ApplyError> {
    let saved = Appointments::on(effect.tx.connection()).save(appointment).await?;
    let conflict =
        || ApplyError::Conflict("the appointment has changed since the request was made".to_owned());
    if saved { Ok(()) } else { Err(conflict()) }
}

/// Ends every appointment that a closed participant made or was given.
pub(super) async fn end_all_of(effect: &Effect<'_>, closed: &Participant) -> Result<(), ApplyError> {
    let everything = Scope::of_the_installation();
    let all = Appointments::on(effect.tx.connection()).within(&everything).await?;
    let concerned = |key: &ParticipantKey| *key == closed.key;
    let its = all.into_iter().filter(|it| it.ended_at.is_none());
    for appointment in its.filter(|it| concerned(&it.principal) || concerned(&it.agent)) {
        if concerned(&appointment.agent) {
            conclude(effect, appointment, closed).await?;
        } else {
            save(effect, &Appointment { ended_at: Some(effect.services.now()), ..appointment }).await?;
        }
    }
    Ok(())
}

//! Appointments of settlement agents: made by the principal or the exchange, and ended with all that hangs on them.

use serde::Serialize;

use crate::directory::appointment::Appointment;
use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{
    Change, FieldDifference, Judged, ParticipantName, Subject, Target, TargetKind, difference,
};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::participant::{Participant, ParticipantKind};
use crate::directory::permission::Action;

/// What is known of an appointment that somebody would make or end.
pub struct About<'a> {
    /// The principal, where the maker may speak for it.
    pub principal: Option<&'a Participant>,
    /// The agent.
    pub agent: Option<&'a Participant>,
    /// The appointment, ended or not.
    pub appointment: Option<&'a Appointment>,
    /// How many enabled profiles of the principal belong to the agent.
    pub people: u64,
}

/// An appointment as people see it.
#[derive(Serialize)]
struct View<'a> {
    principal: &'a ParticipantName,
    agent: &'a ParticipantName,
    appointed: bool,
}

/// The name of an appointment, among the things that requests change.
#[must_use]
pub fn target(principal: &ParticipantName, agent: &ParticipantName) -> Target {
    let (principal, agent) = (principal.normalised(), agent.normalised());
    Target::new(TargetKind::Appointment, format!("{principal}>{agent}"))
}

/// The appointment of a settlement agent.
pub fn appoint(asker: Asker, about: &About<'_>, findings: &mut Findings) -> Option<Judged> {
    let (principal, agent) = parties(asker, about, findings, true)?;
    if about.appointment.is_some_and(|appointment| appointment.ended_at.is_none()) {
        findings.note("agent", FindingCode::NothingChanges);
    }
    let seen = |appointed| View { principal: &principal, agent: &agent, appointed };
    let before = about.appointment.map(|_| seen(false));
    let difference = difference::between(&before, &seen(true)).unwrap_or_default();
    let version = about.appointment.map_or(0, |appointment| appointment.version);
    let subject = Subject { target: target(&principal, &agent), version, difference };
    (!findings.stop()).then_some(Judged { change: Change::AppointAgent { principal, agent }, subject })
}

/// The end of an appointment, and of what the agent's people may do for the principal.
pub fn end(asker: Asker, about: &About<'_>, findings: &mut Findings) -> Option<Judged> {
    // Whatever the agent has become: what it was given can be taken from it.
    let (principal, agent) = parties(asker, about, findings, false)?;
    let lives = |appointment: &&Appointment| appointment.ended_at.is_none();
    let Some(appointment) = about.appointment.filter(lives) else {
        findings.note("agent", FindingCode::NotFound);
        return None;
    };
    let difference = vec![
        FieldDifference::of("appointed", true, false),
        FieldDifference::of("enabled_people", about.people, 0),
    ];
    let subject = Subject { target: target(&principal, &agent), version: appointment.version, difference };
    (!findings.stop()).then_some(Judged { change: Change::EndAppointment { principal, agent }, subject })
}

/// Both of them, if they still are what they must be.
fn parties(
    asker: Asker,
    about: &About<'_>,
    findings: &mut Findings,
    must_be_agent: bool,
) -> Option<(ParticipantName, ParticipantName)> {
    asker.may("principal", Action::MaintainAppointment, findings);
    let is_open = |participant: &&Participant| participant.closed_at.is_none();
    let principal = about.principal.filter(is_open).filter(|it| it.kind != ParticipantKind::Exchange);
    let is_agent = |it: &&Participant| !must_be_agent || it.kind == ParticipantKind::SettlementAgent;
    let agent = about.agent.filter(is_open).filter(is_agent);
    for (field, missing) in [("principal", principal.is_none()), ("agent", agent.is_none())] {
        if missing {
            findings.note(field, FindingCode::NotFound);
        }
    }
    let (principal, agent) = (principal?, agent?);
    if principal.key == agent.key {
        findings.note("agent", FindingCode::NotApplicable);
    }
    Some((ParticipantName::of(principal), ParticipantName::of(agent)))
}

#[cfg(test)]
mod tests;

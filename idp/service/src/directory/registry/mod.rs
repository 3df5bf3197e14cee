//! What requests change besides people. Each room loads the facts of one kind of thing, has them judged, and puts what
//! was approved into effect.

mod appointments;
mod clients;
mod groups;
mod keys;
mod participants;
mod phases;
mod policies;

use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::actions::{Asker, Stand};
use countersign_core::directory::change_request::{Change, ChangeRequest, Draft, State, Subject, TargetKind};
use countersign_core::directory::finding::Findings;
use countersign_core::directory::phase::Phase;
use countersign_core::hong_kong_day;
use countersign_store::Connection;

use super::apply::{ApplyError, Effect};
use super::prepare::Asked;
use crate::Services;
use crate::login::Fault;

/// What came of a draft that is not about people; `None`, where it is.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Option<Asked>>, Fault> {
    let asked = match draft {
        Draft::CreateParticipant { .. }
        | Draft::ChangeParticipant { .. }
        | Draft::CloseParticipant { .. } => {
            participants::prepare(services, connection, maker, draft, findings).await?
        }
        Draft::AppointAgent { .. } | Draft::EndAppointment { .. } => {
            appointments::prepare(services, connection, maker, draft, findings).await?
        }
        Draft::CreateGroup { .. } | Draft::ChangeGroup { .. } | Draft::DeleteGroup { .. } => {
            groups::prepare(services, connection, maker, draft, findings).await?
        }
        Draft::RegisterClient(_)
        | Draft::ChangeClient(_)
        | Draft::RotateClientSecret(_)
        | Draft::DeleteClient(_) => clients::prepare(services, connection, maker, draft, findings).await?,
        Draft::RotateKeys(_) | Draft::RetireKey(_) => {
            keys::prepare(services, connection, maker, draft, findings).await?
        }
        Draft::ChangePolicy(_) => policies::prepare(services, connection, maker, draft, findings).await?,
        Draft::SchedulePhase { .. } | Draft::MovePhase { .. } | Draft::CancelMove { .. } => {
            phases::prepare(services, connection, maker, draft, findings).await?
        }
        _ => return Ok(None),
    };
    Ok(Some(asked))
}

/// Puts one change into effect; says whether it was one of those known here.
pub(super) async fn apply(
    effect: &Effect<'_>,
    change: &Change,
    subject: &Subject,
) -> Result<bool, ApplyError> {
    match change {
        Change::CreateParticipant { .. }
        | Change::ChangeParticipant { .. }
        | Change::CloseParticipant { .. } => participants::apply(effect, change, subject).await?,
        Change::AppointAgent { .. } | Change::EndAppointment { .. } => {
            appointments::apply(effect, change, subject).await?;
        }
        Change::CreateGroup { .. } | Change::ChangeGroup { .. } | Change::DeleteGroup { .. } => {
            groups::apply(effect, change, subject).await?;
        }
        Change::RegisterClient(_)
        | Change::ChangeClient(_)
        | Change::RotateClientSecret(_)
        | Change::DeleteClient(_) => clients::apply(effect, change, subject).await?,
        Change::RotateKeys(_) | Change::RetireKey(_) => keys::apply(effect, change, subject).await?,
        Change::ChangePolicy(_) => policies::apply(effect, change, subject).await?,
        Change::SchedulePhase { .. } | Change::MovePhase { .. } | Change::CancelMove { .. } => {
            phases::apply(effect, change, subject).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Makes ready what putting `request` into effect would take time for, before its transaction begins.
pub(super) async fn make_ready(services: &Services, request: &ChangeRequest) -> Result<(), Fault> {
    let change = &request.document().change;
    match (change, &request.state) {
        (Change::RotateKeys(_) | Change::RetireKey(_), State::Pending { .. }) => {
            keys::make_ready(services, change).await
        }
        _ => Ok(()),
    }
}

/// What this node keeps in memory follows at once what was put into effect; the others look every few seconds.
pub(super) async fn follow(services: &Services, applied: &ChangeRequest) {
    for target in applied.targets() {
        let followed = match target.kind {
            TargetKind::Client => crate::clients::refresh(services).await.map_err(Fault::from),
            TargetKind::Key => crate::keys::maintain(services).await.map_err(Fault::from),
            TargetKind::Policy => crate::policies::refresh(services).await.map_err(Fault::from),
            _ => Ok(()),
        };
        if let Err(error) = followed {
            tracing::error!(%error, %target, "what was changed is not in memory yet");
        }
    }
}

/// Who asks, of a house in `phase`.
fn asker(services: &Services, maker: &Actor, phase: Phase) -> Asker {
    let from = services.policy.migration.da_emails_from;
    Asker { office: maker.office(), stand: Stand::on(hong_kong_day(services.now()), from, phase) }
}

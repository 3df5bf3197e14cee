//! Suspending: the one thing that a single person may do to a profile, at once and with a reason. It only takes access
//! away; everyone concerned is told; giving it back takes two.

use chrono::TimeDelta;
use countersign_core::directory::actor::Actor;
use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::directory::permission::{DaEmails, Deed, Office, permits};
use countersign_core::directory::profile::Profile;
use countersign_core::mail::{Mail, News};
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Activity, Directory, Phases, Tx};

use super::parties::rights_now;
use super::trail;
use crate::login::{Fault, faults};
use crate::outbox::{self, Letter};
use crate::{Services, audit, sessions};

/// Most characters of a reason.
const MAX_REASON: usize = 500;

/// Why nobody was suspended.
#[derive(Debug, thiserror::Error)]
pub enum SuspendError {
    /// There is no such profile, or it is not theirs to see.
    #[error("no such profile")]
    NotFound,
    /// Neither a maker nor a checker, or not of an office that may.
    #[error("may not suspend")]
    NotAllowed,
    /// A reason is required.
    #[error("a reason is required")]
    NoReason,
    /// It is not enabled.
    #[error("not enabled")]
    NotEnabled,
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(SuspendError);

/// Suspends the profile of `user_id`, as part of `tx`.
pub async fn suspend(
    services: &Services,
    tx: &Tx,
    actor: &Actor,
    user_id: &str,
    reason: &str,
    source: &str,
) -> Result<(), SuspendError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(SuspendError::NoReason);
    }
    let scope = actor.scope().ok_or(SuspendError::NotFound)?;
    let directory = Directory::on(tx.connection());
    let record = directory.find(&scope, user_id).await?.ok_or(SuspendError::NotFound)?;
    let profile = &record.profile;
    let phase = Phases::on(tx.connection()).current().await?.of(profile.clearing_house);
    let office = if actor.is_operator() { Office::Operator } else { Office::DelegatedAdministrator };
    // A login under way has ended before its session is, and none begins until this transaction has. Whoever takes the
    // actor's rights away at this moment comes before or after, as with a signature.
    Activity::on(tx.connection()).hold_all(&[profile.id.clone(), actor.profile_id.clone()].into()).await?;
    let rights = rights_now(services, tx, actor).await?;
    let holds = |level| rights.holds(DaFunction::SecurityManagement, level);
    let acts = holds(AccessLevel::Maker) || holds(AccessLevel::Checker);
    if !acts || !permits(phase, office, Deed::Suspend.on(profile.kind), DaEmails::Open) {
        return Err(SuspendError::NotAllowed);
    }
    let now = services.now();
    if !directory.suspend(&profile.id, now).await? {
        return Err(SuspendError::NotEnabled);
    }
    sessions::end_all_for_profile(services, tx, &profile.id, EndedBecause::ProfileBarred, None).await?;
    tell_everyone(services, tx, actor, profile, &record.participant).await?;
    audit::append(services, tx, trail::suspended(actor, &record, reason, source)).await?;
    Ok(())
}

/// The owner, whoever did it, and the administrators of the participant.
async fn tell_everyone(
    services: &Services,
    tx: &Tx,
    actor: &Actor,
    profile: &Profile,
    participant: &countersign_core::ids::ParticipantKey,
) -> Result<(), Fault> {
    let colleagues = Directory::on(tx.connection()).of_participant(participant).await?;
    let administrators = colleagues
        .iter()
        .filter(|record| record.profile.enabled && record.profile.capabilities.holds_da_rights())
        .filter_map(|record| record.profile.email.as_deref());
    let mut mailboxes: std::collections::BTreeSet<&str> = administrators.collect();
    mailboxes.extend(profile.email.as_deref());
    mailboxes.extend(actor.email.as_deref());
    let now = services.now();
    let mail = Mail {
        user_id: profile.user_id.clone(),
        news: News::ProfileSuspended { at: now, by: actor.user_id.clone() },
    };
    for mailbox in mailboxes {
        let letter =
            Letter { to: Some(mailbox), mail: &mail, locale: "en", expires_at: now + TimeDelta::days(3) };
        outbox::queue(services, tx, &letter).await?;
    }
    Ok(())
}

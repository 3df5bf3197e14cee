//! What an approved request does, in the transaction in which it was signed.
//!
//! Every effect is conditional on the version that the request was made for. Where one thing has changed since, the
//! whole request is a conflict and its transaction is dropped.

mod creation;
mod notice;
mod profile;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use countersign_core::directory::actor::Scope;
use countersign_core::directory::business_group::BusinessUserGroup;
use countersign_core::directory::change_request::actions::{Asker, Forbidden, Stand, names_a_card, needed};
use countersign_core::directory::change_request::{
    Change, ChangeRequest, Jurisdiction, ProfileFields, Subject, TargetKind,
};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::permission::{Action, Office};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::hong_kong_day;
use countersign_core::ids::ParticipantKey;
use countersign_store::{CurrentPhases, Groups, Participants, Phases, Tx};

use super::registry;
use crate::Services;
use crate::login::{Fault, faults};

/// Why a request was not applied.
#[derive(Debug, thiserror::Error)]
pub(in crate::directory) enum ApplyError {
    /// This has changed since the request was made.
    #[error("conflict: {0}")]
    Conflict(String),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(ApplyError);

/// What every effect has at hand.
pub(in crate::directory) struct Effect<'a> {
    pub(in crate::directory) services: &'a Services,
    pub(in crate::directory) tx: &'a Tx,
    pub(in crate::directory) request: &'a ChangeRequest,
    phases: CurrentPhases,
    named: Named,
    told: notice::Told,
}

/// What lines name besides their own subject, as it stands now; loaded once, where a line names any.
#[derive(Default)]
struct Named {
    /// Participant IDs of the settlement agents that every participant appoints.
    agents: BTreeMap<ParticipantKey, Vec<String>>,
    /// The groups that there are.
    groups: BTreeSet<BusinessUserGroup>,
}

/// Puts `request` into effect.
pub(super) async fn apply(services: &Services, tx: &Tx, request: &ChangeRequest) -> Result<(), ApplyError> {
    let phases = Phases::on(tx.connection()).current().await?;
    let document = request.document();
    let named = Named::load(tx, &document.change).await?;
    let effect = Effect { services, tx, request, phases, named, told: notice::Told::default() };
    effect.participant_is_open().await?;
    if let Change::MergeProfiles { keep, remove } = &document.change {
        return profile::merge(&effect, keep, remove).await;
    }
    let lines = document.change.lines().iter().zip(&document.subjects);
    let (created, others): (Vec<_>, Vec<_>) =
        lines.partition(|(change, _)| matches!(change, Change::CreateProfile { .. }));
    // No two lines are about one thing, so their order does not matter.
    creation::apply(&effect, &created).await?;
    for (change, subject) in others {
        if !registry::apply(&effect, change, subject).await? {
            profile::apply(&effect, change, subject).await?;
        }
    }
    Ok(())
}

impl Effect<'_> {
    /// Holds the participant whom the request concerns: nothing is changed in one that has been closed, and nobody closes
    /// it meanwhile. What is about the participant itself looks for itself.
    async fn participant_is_open(&self) -> Result<(), ApplyError> {
        let subjects = &self.request.document().subjects;
        let person = subjects.iter().find(|subject| subject.target.kind == TargetKind::Profile);
        let (Some(key), Some(person)) = (&self.request.concerns, person) else { return Ok(()) };
        let held = Participants::on(self.tx.connection()).hold(key).await?;
        match held.filter(|participant| participant.closed_at.is_none()) {
            Some(_) => Ok(()),
            None => Err(ApplyError::Conflict(format!("{}: the participant has been closed", person.target))),
        }
    }

    /// In which capacity it was asked for, and where `house` stands now.
    fn asker(&self, house: ClearingHouse) -> Asker {
        let office = match self.request.jurisdiction {
            Jurisdiction::Exchange => Office::Operator,
            Jurisdiction::Participant(_) => Office::DelegatedAdministrator,
        };
        let from = self.services.policy.migration.da_emails_from;
        let today = hong_kong_day(self.services.now());
        Asker { office, stand: Stand::on(today, from, self.phases.of(house)) }
    }

    /// Whether they may still do that, in `house`, which is about no person.
    pub(in crate::directory) fn allows(
        &self,
        subject: &Subject,
        action: Action,
        house: ClearingHouse,
    ) -> Result<(), ApplyError> {
        let Asker { office, stand } = self.asker(house);
        let forbidden =
            |_| ApplyError::Conflict(format!("{}: the phase no longer allows it", subject.target));
        stand.allows(office, action).map_err(forbidden)
    }

    /// Whether the phase still allows what was asked for: it may have moved since.
    fn allowed(
        &self,
        change: &Change,
        subject: &Subject,
        kind: UserKind,
        house: ClearingHouse,
    ) -> Result<(), ApplyError> {
        let Asker { office, stand } = self.asker(house);
        if stand.phase == Phase::Complete && names_a_card(&subject.difference) {
            return Err(ApplyError::Conflict(format!("{}: smartcards have ended", subject.target)));
        }
        for (field, action) in needed(change, kind, &subject.difference) {
            if let Err(Forbidden::ForOperators | Forbidden::NotInPhase) = stand.allows(office, action) {
                return Err(ApplyError::Conflict(format!(
                    "{}: the phase no longer allows {field}",
                    subject.target
                )));
            }
        }
        Ok(())
    }

    /// Whether the settlement agent and the groups that a line names are still there.
    fn still_there(
        &self,
        subject: &Subject,
        fields: &ProfileFields,
        after: &ProfileRecord,
    ) -> Result<(), ApplyError> {
        let gone = |what: &dyn Display| {
            Err(ApplyError::Conflict(format!("{}: {what} is there no longer", subject.target)))
        };
        if let Some(Some(agent)) = &fields.settlement_agent {
            let agents = self.named.agents.get(&after.participant);
            if !agents.is_some_and(|agents| agents.contains(agent)) {
                return gone(agent);
            }
        }
        let mut groups = fields.business_user_groups.iter().flatten();
        match groups.find(|group| !self.named.groups.contains(*group)) {
            Some(group) => gone(group),
            None => Ok(()),
        }
    }
}

impl Named {
    async fn load(tx: &Tx, change: &Change) -> Result<Self, ApplyError> {
        let fields = || change.lines().iter().filter_map(fields);
        let mut named = Self::default();
        if fields().any(|fields| matches!(fields.settlement_agent, Some(Some(_)))) {
            let everything = Scope::of_the_installation();
            named.agents = Participants::on(tx.connection()).agents(&everything).await?;
        }
        if fields().any(|fields| fields.business_user_groups.is_some()) {
            let groups = Groups::on(tx.connection()).all().await?;
            named.groups = groups.into_iter().map(|group| group.definition.code).collect();
        }
        Ok(named)
    }
}

fn fields(change: &Change) -> Option<&ProfileFields> {
    match change {
        Change::CreateProfile { fields, .. } | Change::ChangeProfile { fields, .. } => Some(fields),
        _ => None,
    }
}

/// A subject that is no longer what the request was made for.
pub(in crate::directory) fn changed(subject: &Subject) -> ApplyError {
    ApplyError::Conflict(format!("{} has changed since the request was made", subject.target))
}

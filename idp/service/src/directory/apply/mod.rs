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
    Change, ChangeRequest, Jurisdiction, ParticipantName, ProfileFields, Subject, TargetKind,
};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::participant::Participant;
use countersign_core::directory::permission::{Action, Office};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::hong_kong_day;
use countersign_core::ids::ParticipantKey;
use countersign_store::{CurrentPhases, Directory, Groups, Participants, Phases, Tx};

use super::registry;
use super::world::by_name;
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

/// What lines name besides their own subject, as it stands now and until the transaction has ended: loaded once, in one
/// order, so that two requests at once wait for each other rather than in a circle.
#[derive(Default)]
struct Named {
    /// The participants whose people the lines are about.
    participants: BTreeMap<ParticipantKey, Participant>,
    /// Participant IDs of the settlement agents that every participant appoints.
    agents: BTreeMap<ParticipantKey, Vec<String>>,
    /// Which of the groups that are given there are.
    groups: BTreeSet<BusinessUserGroup>,
}

/// Puts `request` into effect.
pub(super) async fn apply(services: &Services, tx: &Tx, request: &ChangeRequest) -> Result<(), ApplyError> {
    let phases = Phases::on(tx.connection()).current().await?;
    let document = request.document();
    let named = Named::load(tx, &document.change).await?;
    let effect = Effect { services, tx, request, phases, named, told: notice::Told::default() };
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
    /// Whether the participant that a line's person belongs to still is one. Nothing is changed in one that has been
    /// closed, except that what it left behind may be deleted.
    fn is_open(&self, subject: &Subject, participant: &ParticipantKey) -> Result<(), ApplyError> {
        match self.named.participants.get(participant) {
            Some(participant) if participant.closed_at.is_none() => Ok(()),
            _ => Err(ApplyError::Conflict(format!("{}: the participant has been closed", subject.target))),
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

    /// Whether the groups that a line names are still there, and the settlement agent of whoever it leaves enabled.
    fn still_there(
        &self,
        subject: &Subject,
        fields: &ProfileFields,
        after: &ProfileRecord,
    ) -> Result<(), ApplyError> {
        let mut groups = fields.business_user_groups.iter().flatten();
        if let Some(group) = groups.find(|group| !self.named.groups.contains(*group)) {
            return gone(subject, group);
        }
        if fields.settlement_agent.is_some() || after.status == ProfileStatus::Enabled {
            self.agent_is_appointed(subject, after)?;
        }
        Ok(())
    }

    /// Whether the settlement agent that somebody acts for is appointed now, where they act for one.
    fn agent_is_appointed(&self, subject: &Subject, after: &ProfileRecord) -> Result<(), ApplyError> {
        let Some(agent) = &after.profile.settlement_agent else { return Ok(()) };
        let agents = self.named.agents.get(&after.participant);
        if agents.is_some_and(|agents| agents.contains(agent)) { Ok(()) } else { gone(subject, agent) }
    }
}

fn gone(subject: &Subject, what: &dyn Display) -> Result<(), ApplyError> {
    Err(ApplyError::Conflict(format!("{}: {what} is there no longer", subject.target)))
}

impl Named {
    /// What a change names is held before it is read: appointments end only for who has taken the principal.
    async fn load(tx: &Tx, change: &Change) -> Result<Self, ApplyError> {
        let keys = concerned(tx, change).await?;
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let participants = Participants::on(tx.connection()).hold(&keys).await?;
        let fields = change.lines().iter().filter_map(fields);
        let given = fields.flat_map(|fields| fields.business_user_groups.iter().flatten().cloned()).collect();
        let groups = Groups::on(tx.connection()).hold(&given).await?;
        let everything = Scope::of_the_installation();
        let agents = Participants::on(tx.connection()).agents(&everything).await?;
        Ok(Self { participants, agents, groups })
    }
}

/// The participants whose people a change is about.
async fn concerned(tx: &Tx, change: &Change) -> Result<BTreeSet<ParticipantKey>, ApplyError> {
    let targets = change.targets().into_iter().filter(|target| target.kind == TargetKind::Profile);
    let people: Vec<String> = targets.map(|target| target.name).collect();
    let mut keys = Directory::on(tx.connection()).participants_of(&people).await?;
    let named: BTreeSet<&ParticipantName> = change.lines().iter().filter_map(belongs_to).collect();
    if !named.is_empty() {
        let all = Participants::on(tx.connection()).within(&Scope::of_the_installation()).await?;
        let open = by_name(&all);
        keys.extend(named.into_iter().filter_map(|name| open.get(name)).map(|found| found.key.clone()));
    }
    Ok(keys)
}

/// Whose a new profile is to be.
fn belongs_to(change: &Change) -> Option<&ParticipantName> {
    match change {
        Change::CreateProfile { participant, .. } => Some(participant),
        _ => None,
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

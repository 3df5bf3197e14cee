//! The facts that a request is judged by, loaded together: the number of statements does not grow with a batch.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::business_group::BusinessUserGroup;
use countersign_core::directory::change_request::{About, Draft, ParticipantName};
use countersign_core::directory::participant::Participant;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::user_id::normalise;
use countersign_core::ids::ParticipantKey;
use countersign_store::{Connection, CurrentPhases, Directory, Groups, Participants, Phases, StoreError};

/// What is known.
pub(super) struct World {
    groups: BTreeSet<BusinessUserGroup>,
    phases: CurrentPhases,
    records: BTreeMap<String, ProfileRecord>,
    taken: BTreeSet<String>,
    participants: BTreeMap<ParticipantKey, Participant>,
    open: BTreeMap<ParticipantName, ParticipantKey>,
    agents: BTreeMap<ParticipantKey, Vec<String>>,
    mailboxes: BTreeMap<String, BTreeSet<String>>,
}

impl World {
    /// Loads what `draft` touches, as far as `scope` sees.
    pub(super) async fn load<'c>(
        connection: impl Fn() -> Connection<'c>,
        scope: &Scope,
        draft: &Draft,
    ) -> Result<Self, StoreError> {
        let user_ids = draft.user_ids();
        let directory = Directory::on(connection());
        let groups = Groups::on(connection()).all().await?;
        let participants = Participants::on(connection());
        let within = participants.within(scope).await?;
        Ok(Self {
            open: by_name(&within).into_iter().map(|(name, open)| (name, open.key.clone())).collect(),
            groups: groups.into_iter().map(|group| group.definition.code).collect(),
            phases: Phases::on(connection()).current().await?,
            records: directory.find_all(scope, &user_ids).await?,
            taken: directory.taken(&user_ids).await?,
            agents: participants.agents(scope).await?,
            participants: by_key(within),
            mailboxes: directory.by_mailbox(scope, &mailboxes(draft)).await?,
        })
    }

    /// The groups that there are.
    pub(super) fn groups(&self) -> &BTreeSet<BusinessUserGroup> {
        &self.groups
    }

    /// The profile of a user ID, if it may be seen.
    pub(super) fn record(&self, user_id: &str) -> Option<&ProfileRecord> {
        self.records.get(user_id)
    }

    /// What is known of what one line is about.
    pub(super) fn about(&self, actor: &Actor, draft: &Draft) -> About<'_> {
        match draft {
            Draft::CreateProfile { user_id, participant, fields } => {
                let participant = self.participant(actor, participant.as_ref());
                let user_id = normalise(user_id);
                self.known(&user_id, None, participant, fields.email.as_ref())
            }
            Draft::ChangeProfile { user_id, fields } => {
                self.of_profile(&normalise(user_id), fields.email.as_ref())
            }
            Draft::DeleteProfile { user_id }
            | Draft::UnlockProfile { user_id }
            | Draft::ResetFactor { user_id }
            | Draft::IssueEnrolmentCode { user_id }
            | Draft::ResetCardPin { user_id } => self.of_profile(&normalise(user_id), None),
            Draft::MergeProfiles { keep, .. } => self.of_profile(&normalise(keep), None),
            // A batch in a batch, or what is no person.
            _ => self.known("", None, None, None),
        }
    }

    /// What is known of a profile.
    pub(super) fn of_profile(&self, user_id: &str, email: Option<&Option<String>>) -> About<'_> {
        let record = self.records.get(user_id);
        let participant = record.and_then(|record| self.participants.get(&record.participant));
        self.known(user_id, record, participant, email)
    }

    fn known<'a>(
        &'a self,
        user_id: &str,
        record: Option<&'a ProfileRecord>,
        participant: Option<&'a Participant>,
        email: Option<&Option<String>>,
    ) -> About<'a> {
        let mailbox = email.and_then(Option::as_deref).map(|email| email.trim().to_lowercase());
        let serves = mailbox.and_then(|mailbox| self.mailboxes.get(&mailbox));
        let others = serves.map_or(0, |serves| serves.iter().filter(|other| *other != user_id).count());
        About {
            record,
            taken: self.taken.contains(user_id),
            participant,
            agents: participant.and_then(|own| self.agents.get(&own.key)).map_or(&[], Vec::as_slice),
            phase: participant
                .map_or(countersign_core::directory::phase::Phase::PreParallel, |participant| {
                    self.phases.of(participant.clearing_house)
                }),
            mailbox_serves: others.try_into().unwrap_or(u64::MAX),
        }
    }

    /// The participant named, or the actor's own.
    fn participant(&self, actor: &Actor, named: Option<&ParticipantName>) -> Option<&Participant> {
        named.map_or_else(|| self.participants.get(&actor.participant), |name| self.named(name))
    }

    /// The participant of that name, if it may be seen and still is one.
    pub(super) fn named(&self, name: &ParticipantName) -> Option<&Participant> {
        self.open.get(name).and_then(|key| self.participants.get(key))
    }
}

/// Those that still are participants, by the names that people know them by.
pub(super) fn by_name<'a>(
    participants: impl IntoIterator<Item = &'a Participant>,
) -> BTreeMap<ParticipantName, &'a Participant> {
    let open = participants.into_iter().filter(|participant| participant.closed_at.is_none());
    open.map(|participant| {
        let name = ParticipantName {
            clearing_house: participant.clearing_house,
            participant: participant.participant.as_str().to_owned(),
        };
        (name, participant)
    })
    .collect()
}

fn by_key(participants: Vec<Participant>) -> BTreeMap<ParticipantKey, Participant> {
    participants.into_iter().map(|participant| (participant.key.clone(), participant)).collect()
}

/// The mailboxes that a draft names, in small letters.
fn mailboxes(draft: &Draft) -> BTreeSet<String> {
    let of = |fields: &countersign_core::directory::change_request::ProfileDraft| {
        fields.email.iter().flatten().map(|email| email.trim().to_lowercase()).collect()
    };
    match draft {
        Draft::CreateProfile { fields, .. } | Draft::ChangeProfile { fields, .. } => of(fields),
        Draft::Batch { lines } => lines.iter().flat_map(mailboxes).collect(),
        _ => BTreeSet::new(),
    }
}

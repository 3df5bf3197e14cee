//! The people of a batch, held and read again: what is done to each follows from what holds at that moment.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::Timestamp;
use countersign_core::audit::{Action, AuditEntry, Owner, Subject};
use countersign_core::directory::actor::Scope;
use countersign_core::directory::change_request::Target;
use countersign_core::directory::migration::{
    Finding, FrozenLine, Holder, Holds, Outcome, ReportLine, fate, fate_in_quarantine,
};
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Activity, ChangeRequests, Directory, EndRun, Passer, Tx};
use serde_json::json;

use super::JOB;
use crate::login::Fault;
use crate::{Services, audit, sessions};

/// Somebody on a list, as the list names them.
pub(super) struct Named {
    participant: ParticipantKey,
    code: String,
    profile: ProfileId,
    user_id: String,
}

impl Named {
    /// The profile of a line, if it is about one.
    pub(super) fn of(line: &FrozenLine) -> Option<Self> {
        Some(Self {
            participant: line.participant.clone(),
            code: line.code.clone(),
            profile: line.profile.clone()?,
            user_id: line.user_id.clone()?,
        })
    }

    /// The line of the report.
    pub(super) fn line(&self, at: Timestamp, outcome: Outcome) -> ReportLine {
        ReportLine {
            at,
            outcome,
            participant: self.participant.clone(),
            code: self.code.clone(),
            profile: self.profile.clone(),
            user_id: self.user_id.clone(),
            remove_at: None,
        }
    }
}

impl From<Passer> for Named {
    fn from(Passer { participant, code, id, user_id }: Passer) -> Self {
        Self { participant, code, profile: id, user_id }
    }
}

impl From<ReportLine> for Named {
    fn from(line: ReportLine) -> Self {
        let ReportLine { participant, code, profile, user_id, .. } = line;
        Self { participant, code, profile, user_id }
    }
}

/// The people of a batch, until its transaction ends.
pub(super) struct People {
    records: BTreeMap<String, ProfileRecord>,
    /// User IDs of those whom a request waits about.
    waited_for: BTreeSet<String>,
}

impl People {
    /// Holds and reads them. Where one holds a right that their participant cannot do without, whoever else holds it is held
    /// as well: while one is looked at, nobody takes the other away.
    pub(super) async fn hold(services: &Services, tx: &Tx, named: &[Named]) -> Result<Self, Fault> {
        let found = read(tx, named).await?;
        let mut everyone: BTreeSet<ProfileId> = named.iter().map(|named| named.profile.clone()).collect();
        let with_rights = found.values().filter(|record| rights(record).any());
        let participants: BTreeSet<&ParticipantKey> = with_rights.map(|record| &record.participant).collect();
        for participant in participants {
            let holders = holders(services, tx, participant).await?;
            everyone.extend(holders.into_iter().map(|holder| holder.id));
        }
        Activity::on(tx.connection()).hold_all(&everyone).await?;
        let targets: Vec<Target> = named.iter().map(|named| Target::profile(&named.user_id)).collect();
        let waiting = ChangeRequests::on(tx.connection()).held(&targets).await?;
        let waited_for = waiting.into_iter().map(|(target, _)| target.name).collect();
        Ok(Self { records: read(tx, named).await?, waited_for })
    }

    /// Does to somebody on the frozen list what holds for them now.
    pub(super) async fn quarantine(
        &self,
        services: &Services,
        tx: &Tx,
        run: &EndRun,
        finding: Finding,
        named: &Named,
    ) -> Result<Outcome, Fault> {
        let record = self.find(named);
        let outcome = fate(finding, record, &colleagues(services, tx, record).await?);
        let outcome = self.deferred(named).filter(|_| outcome == Outcome::Quarantined).unwrap_or(outcome);
        if let (Outcome::Quarantined, Some(record)) = (outcome, record) {
            let id = &record.profile.id;
            if !Directory::on(tx.connection()).quarantine(id, services.now()).await? {
                return Err(Fault::internal(format!("{} changed while it was held", named.user_id)));
            }
            sessions::end_all_for_profile(services, tx, id, EndedBecause::ProfileBarred, None).await?;
            let entry = entry(Action::ProfileQuarantined, run, named)
                .before(json!({ "status": record.status }))
                .after(json!({ "status": ProfileStatus::Quarantined }));
            audit::append(services, tx, entry).await?;
        }
        Ok(outcome)
    }

    /// Removes somebody whose time in quarantine is over, if they are still in it.
    pub(super) async fn remove(
        &self,
        services: &Services,
        tx: &Tx,
        run: &EndRun,
        named: &Named,
    ) -> Result<Outcome, Fault> {
        let record = self.find(named);
        let outcome = fate_in_quarantine(record, &colleagues(services, tx, record).await?);
        let outcome = self.deferred(named).filter(|_| outcome == Outcome::Removed).unwrap_or(outcome);
        if let (Outcome::Removed, Some(record)) = (outcome, record) {
            let (id, version) = (&record.profile.id, record.profile.version);
            sessions::end_all_for_profile(services, tx, id, EndedBecause::ProfileBarred, None).await?;
            let before = serde_json::to_value(record)?;
            if !Directory::on(tx.connection()).remove(id, version).await? {
                return Err(Fault::internal(format!("{} changed while it was held", named.user_id)));
            }
            let entry = entry(Action::ProfileRemoved, run, named).before(before);
            audit::append(services, tx, entry).await?;
        }
        Ok(outcome)
    }

    /// Whether they are to be left alone: two people are about to give them an address, perhaps.
    fn deferred(&self, named: &Named) -> Option<Outcome> {
        self.waited_for.contains(&named.user_id).then_some(Outcome::Deferred)
    }

    /// Their profile, if it is still theirs: a user ID can be given again, to a new profile.
    fn find(&self, named: &Named) -> Option<&ProfileRecord> {
        self.records.get(&named.user_id).filter(|record| record.profile.id == named.profile)
    }
}

async fn read(tx: &Tx, named: &[Named]) -> Result<BTreeMap<String, ProfileRecord>, Fault> {
    let user_ids: Vec<String> = named.iter().map(|named| named.user_id.clone()).collect();
    Ok(Directory::on(tx.connection()).find_all(&Scope::of_the_installation(), &user_ids).await?)
}

/// Who else holds rights at the participant of somebody who does; nobody is asked for where they do not.
async fn colleagues(
    services: &Services,
    tx: &Tx,
    record: Option<&ProfileRecord>,
) -> Result<Vec<Holder>, Fault> {
    match record.filter(|record| rights(record).any()) {
        Some(record) => holders(services, tx, &record.participant).await,
        None => Ok(Vec::new()),
    }
}

async fn holders(services: &Services, tx: &Tx, participant: &ParticipantKey) -> Result<Vec<Holder>, Fault> {
    let now = services.now();
    let everyone = Directory::on(tx.connection()).of_participant(participant).await?;
    let with_rights = everyone.iter().filter(|record| rights(record).any());
    let holder = |record: &ProfileRecord| Holder {
        id: record.profile.id.clone(),
        holds: rights(record),
        remains: record.profile.usable(now).is_ok() && record.profile.email.is_some(),
    };
    Ok(with_rights.map(holder).collect())
}

fn rights(record: &ProfileRecord) -> Holds {
    Holds::of(&record.profile.capabilities)
}

fn entry(action: Action, run: &EndRun, named: &Named) -> AuditEntry {
    AuditEntry::new(action, JOB)
        .about(Subject::profile(&named.profile, &named.user_id))
        .owned_by(Owner::Participant(named.participant.clone()))
        .on_request(run.request.clone())
}

//! Whether one change of a profile may be asked for, by this maker, in this phase, with these values.
//!
//! Nothing here reads a database: the facts are handed in. What comes out is the change as it would be signed, with its
//! difference field by field, or everything that stands in its way, all of it at once.

use std::collections::BTreeSet;

use super::actions::{Asker, Stand, needed};
use super::change::{Change, ParticipantName};
use super::difference;
use super::document::Subject;
use super::draft::Draft;
use super::profile_draft::{ProfileDraft, ProfileFields};
use super::target::Target;
use crate::directory::actor::Actor;
use crate::directory::business_group::BusinessUserGroup;
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::mailbox::MailboxWarning;
use crate::directory::options::ClearingHouseOptions;
use crate::directory::participant::Participant;
use crate::directory::permission::Office;
use crate::directory::phase::Phase;
use crate::directory::profile::{Profile, UserKind};
use crate::directory::record::ProfileRecord;
use crate::directory::status::ProfileStatus;
use crate::directory::user_id::{UserIdError, UserIdGrammar, normalise};
use crate::ids::ProfileId;
use crate::policy::Policy;
use crate::{Timestamp, hong_kong_day};

/// What every line of a request is judged by.
pub struct Ground<'a> {
    /// Who asks.
    pub maker: &'a Actor,
    /// In which capacity: their own, or the exchange's where they file a form with it.
    pub office: Office,
    /// How user IDs look.
    pub grammar: &'a UserIdGrammar,
    /// The groups that there are.
    pub groups: &'a BTreeSet<BusinessUserGroup>,
    /// What the house has decided.
    pub policy: &'a Policy,
    /// The moment.
    pub now: Timestamp,
}

/// What one profile is, and where it belongs.
#[derive(Clone)]
pub struct About<'a> {
    /// The profile, if the maker may see one of that user ID.
    pub record: Option<&'a ProfileRecord>,
    /// Whether anybody has that user ID.
    pub taken: bool,
    /// The participant that it belongs to, or is to belong to, if the maker may see it.
    pub participant: Option<&'a Participant>,
    /// Participant IDs of the settlement agents that this participant appoints.
    pub agents: &'a [String],
    /// Where its clearing house stands.
    pub phase: Phase,
    /// Further profiles with the mailbox that the draft names.
    pub mailbox_serves: u64,
}

/// A change that may be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// As it would be signed.
    pub change: Change,
    /// What it changes, field by field.
    pub subject: Subject,
}

/// Judges one line. Warnings are noted too, and do not stop it.
pub fn judge(
    ground: &Ground<'_>,
    about: &About<'_>,
    draft: &Draft,
    findings: &mut Findings,
) -> Option<Judged> {
    let whole = |findings: &mut Findings, change: fn(String) -> Change| act(ground, about, findings, change);
    let judged = match draft {
        Draft::CreateProfile { user_id, fields, .. } => {
            create(ground, about, &normalise(user_id), fields, findings)
        }
        Draft::ChangeProfile { fields, .. } => change(ground, about, fields, findings),
        Draft::DeleteProfile { .. } => whole(findings, |user_id| Change::DeleteProfile { user_id }),
        Draft::UnlockProfile { .. } => {
            if about.record.is_some_and(|record| !record.profile.locked) {
                findings.note("user_id", FindingCode::NothingChanges);
            }
            whole(findings, |user_id| Change::UnlockProfile { user_id })
        }
        Draft::ResetFactor { .. } => whole(findings, |user_id| Change::ResetFactor { user_id }),
        Draft::IssueEnrolmentCode { .. } => whole(findings, |user_id| Change::IssueEnrolmentCode { user_id }),
        Draft::ResetCardPin { .. } => {
            if about.record.is_some_and(|record| record.srn.is_none()) {
                findings.note("user_id", FindingCode::NotApplicable);
            }
            whole(findings, |user_id| Change::ResetCardPin { user_id })
        }
        // No line of a batch.
        _ => {
            findings.note("kind", FindingCode::NotApplicable);
            None
        }
    }?;
    (!findings.stop()).then_some(judged)
}

/// A new profile.
fn create(
    ground: &Ground<'_>,
    about: &About<'_>,
    user_id: &str,
    draft: &ProfileDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    let mut fields = draft.parse(findings);
    // Said in what is signed: on the day of the approval it would be another day.
    fields.enable_from.get_or_insert(Some(hong_kong_day(ground.now)));
    if draft.surname.is_none() {
        findings.note("surname", FindingCode::Required);
    }
    let Some(participant) = about.participant else {
        findings.note("participant", FindingCode::NotFound);
        return None;
    };
    let house = participant.clearing_house;
    let kind = findings.take("user_id", ground.grammar.kind_in(house, user_id).map_err(refusal))?;
    if about.taken {
        findings.note("user_id", FindingCode::UserIdTaken);
    }
    if let Err(code) = belongs(ground.grammar, house, kind, user_id, participant) {
        findings.note("user_id", code);
    }
    let mut record = blank(user_id, kind, participant, about.phase, ground.now);
    fields.apply_to(&mut record);
    check_values(ground, about, &fields, &record, findings);
    let difference = difference::between(&(), &record).unwrap_or_default();
    let subject = Subject { target: Target::profile(user_id), version: 0, difference };
    let participant =
        ParticipantName { clearing_house: house, participant: participant.participant.as_str().to_owned() };
    let change = Change::CreateProfile { participant, user_id: user_id.to_owned(), fields };
    allow(ground, about, kind, &change, &subject, findings);
    Some(Judged { change, subject })
}

/// Other fields of a profile.
fn change(
    ground: &Ground<'_>,
    about: &About<'_>,
    draft: &ProfileDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    let fields = draft.parse(findings);
    let before = existing(ground, about, findings)?;
    note_closed(about, findings);
    let mut after = before.clone();
    fields.apply_to(&mut after);
    let difference = difference::between(before, &after).unwrap_or_default();
    if difference.is_empty() && !findings.stop() {
        findings.note("fields", FindingCode::NothingChanges);
    }
    check_values(ground, about, &fields, &after, findings);
    let user_id = before.profile.user_id.clone();
    let subject = Subject { target: Target::profile(&user_id), version: before.profile.version, difference };
    let change = Change::ChangeProfile { user_id, fields };
    allow(ground, about, before.profile.kind, &change, &subject, findings);
    Some(Judged { change, subject })
}

/// Something done to a profile as a whole.
fn act(
    ground: &Ground<'_>,
    about: &About<'_>,
    findings: &mut Findings,
    change: fn(String) -> Change,
) -> Option<Judged> {
    let record = existing(ground, about, findings)?;
    let user_id = record.profile.user_id.clone();
    let target = Target::profile(&user_id);
    let change = change(user_id);
    // What a closed participant has left behind may still be deleted.
    if !matches!(change, Change::DeleteProfile { .. }) {
        note_closed(about, findings);
    }
    // Everything that goes with a profile is shown.
    let difference = match change {
        Change::DeleteProfile { .. } => difference::between(record, &()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let subject = Subject { target, version: record.profile.version, difference };
    allow(ground, about, record.profile.kind, &change, &subject, findings);
    Some(Judged { change, subject })
}

/// Two profiles of one person become one: `keep` is the administrator's, `remove` the business user's.
pub fn judge_merge(
    ground: &Ground<'_>,
    [keep, remove]: [&About<'_>; 2],
    findings: &mut Findings,
) -> Option<(Change, Vec<Subject>)> {
    let (kept, removed) = match (keep.record, remove.record) {
        (Some(kept), Some(removed)) => (kept, removed),
        (kept, removed) => {
            let missing =
                [("keep", kept), ("remove", removed)].into_iter().filter(|(_, found)| found.is_none());
            missing.for_each(|(field, _)| findings.note(field, FindingCode::NotFound));
            return None;
        }
    };
    for (field, record, kind) in
        [("keep", kept, UserKind::DelegatedAdministrator), ("remove", removed, UserKind::BusinessUser)]
    {
        if record.profile.kind != kind {
            findings.note(field, FindingCode::Unknown { expected: kind.as_str().to_owned() });
        }
        if record.profile.id == ground.maker.profile_id {
            findings.note(field, FindingCode::OwnProfile);
        }
    }
    note_closed(keep, findings);
    if kept.participant != removed.participant {
        findings.note("remove", FindingCode::UserIdOfAnother);
    }
    let after = merged(kept, removed);
    let change =
        Change::MergeProfiles { keep: kept.profile.user_id.clone(), remove: removed.profile.user_id.clone() };
    let subject = |record: &ProfileRecord, difference| Subject {
        target: Target::profile(&record.profile.user_id),
        version: record.profile.version,
        difference,
    };
    let subjects = vec![
        subject(kept, difference::between(kept, &after).unwrap_or_default()),
        subject(removed, difference::between(removed, &()).unwrap_or_default()),
    ];
    let first = subjects.first()?;
    allow(ground, keep, kept.profile.kind, &change, first, findings);
    (!findings.stop()).then_some((change, subjects))
}

/// The profile that remains of two.
#[must_use]
pub fn merged(kept: &ProfileRecord, removed: &ProfileRecord) -> ProfileRecord {
    let mut after = kept.clone();
    let groups = &removed.profile.capabilities.business_user_groups;
    after.profile.capabilities.business_user_groups.extend(groups.iter().cloned());
    after.merged_from.push(removed.profile.id.clone());
    after.merged_from.extend(removed.merged_from.iter().cloned());
    after
}

/// The profile that is to be changed, which may not be the maker's own.
fn existing<'a>(
    ground: &Ground<'_>,
    about: &About<'a>,
    findings: &mut Findings,
) -> Option<&'a ProfileRecord> {
    let Some(record) = about.record else {
        findings.note("user_id", FindingCode::NotFound);
        return None;
    };
    if record.profile.id == ground.maker.profile_id {
        findings.note("user_id", FindingCode::OwnProfile);
    }
    Some(record)
}

/// Notes that a profile's participant has been closed: nothing is changed in it any more.
fn note_closed(about: &About<'_>, findings: &mut Findings) {
    if about.participant.is_none_or(|participant| participant.closed_at.is_some()) {
        findings.note("participant", FindingCode::NotFound);
    }
}

/// Notes what the maker's office may not do now.
fn allow(
    ground: &Ground<'_>,
    about: &About<'_>,
    kind: UserKind,
    change: &Change,
    subject: &Subject,
    findings: &mut Findings,
) {
    let asker = ground.asker(about.phase);
    for (field, action) in needed(change, kind, &subject.difference) {
        asker.may(field, action, findings);
    }
}

impl Ground<'_> {
    /// Who asks, of a house in `phase`.
    fn asker(&self, phase: Phase) -> Asker {
        let from = self.policy.migration.da_emails_from;
        Asker { office: self.office, stand: Stand::on(hong_kong_day(self.now), from, phase) }
    }
}

/// What holds for values whoever enters them.
fn check_values(
    ground: &Ground<'_>,
    about: &About<'_>,
    fields: &ProfileFields,
    after: &ProfileRecord,
    findings: &mut Findings,
) {
    if let (Some(from), Some(until)) = (after.profile.enable_from, after.profile.disable_after)
        && from > until
    {
        findings.note("disable_after", FindingCode::DatesReversed);
    }
    for group in fields.business_user_groups.iter().flatten().filter(|group| !ground.groups.contains(group)) {
        findings.note("business_user_groups", FindingCode::UnknownGroup { group: group.to_string() });
    }
    // Whoever it was that marked them: nobody acts for an agent that is appointed no more.
    let acts = after.status == ProfileStatus::Enabled || fields.settlement_agent.is_some();
    if let Some(agent) = &after.profile.settlement_agent
        && acts
        && !about.agents.contains(agent)
    {
        findings.note("settlement_agent", FindingCode::NotFound);
    }
    let card = fields.srn.is_some() || fields.certificate_expiry.is_some();
    if card && about.phase == Phase::Complete {
        findings.note("srn", FindingCode::NotInPhase { phase: about.phase.as_str().to_owned() });
    } else if card && ground.office != Office::Operator {
        findings.note("srn", FindingCode::ForOperators);
    }
    if let Some(Some(mailbox)) = &fields.email {
        for warning in mailbox.warnings(&ground.policy.mailbox, about.mailbox_serves) {
            findings.note(
                "email",
                match warning {
                    MailboxWarning::FreeMail => FindingCode::FreeMail,
                    MailboxWarning::SharedName => FindingCode::SharedName,
                    MailboxWarning::AlsoOf { profiles } => FindingCode::SharedMailbox { others: profiles },
                },
            );
        }
    }
}

fn refusal(error: UserIdError) -> FindingCode {
    match error {
        UserIdError::ReadsAsAdministrator(_) => FindingCode::ReadsAsAdministrator,
        UserIdError::Malformed { expected } => FindingCode::NotAUserId { expected },
        UserIdError::NoSuchKind => FindingCode::NotAUserId { expected: String::new() },
    }
}

/// Whether the code in a user ID is the participant's: administrators carry its ID, business users one of its customer
/// codes.
pub fn belongs(
    grammar: &UserIdGrammar,
    house: ClearingHouse,
    kind: UserKind,
    user_id: &str,
    participant: &Participant,
) -> Result<(), FindingCode> {
    let reading = grammar.check(user_id, house, kind).map_err(|_| FindingCode::UserIdOfAnother)?;
    let is_its_own = match (kind, reading.code.as_deref()) {
        (_, None) => true,
        (UserKind::BusinessUser, Some(code)) => {
            participant.customer_codes.iter().any(|own| own.as_str() == code)
        }
        (UserKind::DelegatedAdministrator | UserKind::Operator, Some(code)) => {
            participant.participant.as_str() == code
        }
    };
    if is_its_own { Ok(()) } else { Err(FindingCode::UserIdOfAnother) }
}

/// A profile before its fields are filled in. Its identifier is empty until it is added.
#[must_use]
pub fn blank(
    user_id: &str,
    kind: UserKind,
    participant: &Participant,
    phase: Phase,
    now: Timestamp,
) -> ProfileRecord {
    let profile = Profile {
        id: ProfileId::from_stored(""),
        user_id: user_id.to_owned(),
        kind,
        clearing_house: participant.clearing_house,
        participant: participant.participant.as_str().to_owned(),
        enabled: true,
        surname: String::new(),
        other_names: String::new(),
        email: None,
        enable_from: None,
        disable_after: None,
        created_in: phase,
        settlement_agent: None,
        capabilities: crate::directory::capabilities::Capabilities::default(),
        claims: serde_json::Map::new(),
        locked: false,
        updated_at: now,
        version: 1,
    };
    ProfileRecord {
        profile,
        status: ProfileStatus::Enabled,
        participant: participant.key.clone(),
        options: ClearingHouseOptions::default(),
        srn: None,
        certificate_expiry: None,
        merged_from: Vec::new(),
    }
}

#[cfg(test)]
mod tests;

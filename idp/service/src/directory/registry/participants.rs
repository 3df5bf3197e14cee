//! Participants: registered, renamed, and closed, which ends what their people may do.

use std::collections::BTreeSet;

use countersign_core::directory::actor::{Actor, Scope};
use countersign_core::directory::change_request::registry::participants::{
    About, ParticipantDraft, ParticipantFields, change, close, create,
};
use countersign_core::directory::change_request::{Change, Draft, Judged, ParticipantName, Subject};
use countersign_core::directory::finding::Findings;
use countersign_core::directory::participant::{Participant, ParticipantKind};
use countersign_core::directory::permission::Action;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::oauth::session::EndedBecause;
use countersign_store::{Appointments, Connection, Directory, Participants, Phases};

use super::super::apply::{ApplyError, Effect, changed};
use super::super::prepare::Asked;
use super::{appointments, asker};
use crate::login::Fault;
use crate::{Services, sessions};

/// What came of a draft about a participant.
pub(super) async fn prepare<'c>(
    services: &Services,
    connection: &impl Fn() -> Connection<'c>,
    maker: &Actor,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<Option<Asked>, Fault> {
    let nothing = ParticipantDraft::default();
    let (name, fields) = match draft {
        Draft::CreateParticipant { participant, fields }
        | Draft::ChangeParticipant { participant, fields } => (participant, fields),
        Draft::CloseParticipant { participant } => (participant, &nothing),
        _ => return Ok(None),
    };
    let facts = Facts::load(connection, maker, name, fields).await?;
    let phase = Phases::on(connection()).current().await?.of(name.clearing_house);
    let (asker, about) = (asker(services, maker, phase), facts.about());
    let judged = match draft {
        Draft::CreateParticipant { .. } => create(asker, &about, name, fields, findings),
        Draft::ChangeParticipant { .. } => change(asker, &about, name, fields, findings),
        _ => close(asker, &about, name, services.now(), findings),
    };
    let concerns = facts.participant.as_ref().map(|participant| participant.key.clone());
    Ok(judged.map(|Judged { change, subject }| Asked { change, subjects: vec![subject], concerns }))
}

/// What is known of a participant, as far as the maker sees.
struct Facts {
    participant: Option<Participant>,
    sole_administrator: Option<String>,
    named: Option<ProfileRecord>,
    people: u64,
    is_appointed: bool,
    codes_of_others: BTreeSet<String>,
}

impl Facts {
    async fn load<'c>(
        connection: &impl Fn() -> Connection<'c>,
        maker: &Actor,
        name: &ParticipantName,
        fields: &ParticipantDraft,
    ) -> Result<Self, Fault> {
        let scope = maker.scope().ok_or_else(|| Fault::internal("a maker who may not even look"))?;
        let name = name.normalised();
        let all = Participants::on(connection()).within(&scope).await?;
        let is_it = |other: &&Participant| {
            other.clearing_house == name.clearing_house && other.participant.as_str() == name.participant
        };
        let participant = all.iter().find(is_it).cloned();
        let others = all.iter().filter(|other| {
            other.clearing_house == name.clearing_house && other.closed_at.is_none() && !is_it(other)
        });
        let codes_of_others =
            others.flat_map(|other| &other.customer_codes).map(ToString::to_string).collect();
        let directory = Directory::on(connection());
        let people = match &participant {
            Some(participant) => directory.count_enabled(&participant.key, None).await?,
            None => 0,
        };
        let is_appointed = match &participant {
            Some(participant) => Appointments::on(connection()).is_appointed(&participant.key).await?,
            None => false,
        };
        let named = match fields.names() {
            Some(user_id) => directory.find(&scope, &user_id).await?,
            None => None,
        };
        let sole = participant.as_ref().and_then(|participant| participant.sole_administrator.as_ref());
        let sole_administrator = match sole {
            Some(id) => directory.user_ids(&scope, std::slice::from_ref(id)).await?.remove(id),
            None => None,
        };
        Ok(Self { participant, sole_administrator, named, people, is_appointed, codes_of_others })
    }

    fn about(&self) -> About<'_> {
        About {
            participant: self.participant.as_ref(),
            sole_administrator: self.sole_administrator.as_deref(),
            named: self.named.as_ref(),
            people: self.people,
            is_appointed: self.is_appointed,
            codes_of_others: &self.codes_of_others,
        }
    }
}

/// Puts a change of a participant into effect.
pub(super) async fn apply(effect: &Effect<'_>, change: &Change, subject: &Subject) -> Result<(), ApplyError> {
    let (name, fields) = match change {
        Change::CreateParticipant { participant, fields }
        | Change::ChangeParticipant { participant, fields } => (participant, Some(fields)),
        Change::CloseParticipant { participant } => (participant, None),
        _ => return Err(Fault::internal("not about a participant").into()),
    };
    effect.allows(subject, Action::MaintainParticipant, name.clearing_house)?;
    let participants = Participants::on(effect.tx.connection());
    participants.take_all().await?;
    let there = participants.find(name.clearing_house, &name.participant).await?;
    if there.as_ref().map_or(0, |there| there.version) != subject.version {
        return Err(changed(subject));
    }
    match (there, fields) {
        (None, Some(fields)) => {
            let key = ParticipantKey::generate(&*effect.services.entropy);
            let participant = fields.new_participant(name, key).ok_or_else(|| changed(subject))?;
            codes_are_free(effect, subject, &participant).await?;
            Ok(participants.add(&participant, effect.services.now()).await?)
        }
        (Some(mut there), Some(fields)) => {
            let named = sole_administrator(effect, subject, &there, fields).await?;
            there.closed_at = None;
            fields.apply_to(&mut there, named).ok_or_else(|| changed(subject))?;
            stays_an_agent(effect, subject, &there).await?;
            codes_are_free(effect, subject, &there).await?;
            save(effect, subject, &there).await
        }
        (Some(there), None) => end(effect, subject, there).await,
        (None, None) => Err(changed(subject)),
    }
}

async fn save(effect: &Effect<'_>, subject: &Subject, participant: &Participant) -> Result<(), ApplyError> {
    let participants = Participants::on(effect.tx.connection());
    let saved = participants.save(participant, effect.services.now()).await?;
    if saved { Ok(()) } else { Err(changed(subject)) }
}

/// The administrator who is to sign for both, if they still are one of the participant's.
async fn sole_administrator(
    effect: &Effect<'_>,
    subject: &Subject,
    participant: &Participant,
    fields: &ParticipantFields,
) -> Result<Option<ProfileId>, ApplyError> {
    let Some(Some(user_id)) = &fields.sole_administrator else { return Ok(None) };
    let everything = Scope::of_the_installation();
    let found = Directory::on(effect.tx.connection()).find(&everything, user_id).await?;
    let own = found.filter(|record| record.participant == participant.key);
    own.map(|record| Some(record.profile.id)).ok_or_else(|| changed(subject))
}

/// Whoever is appointed stays a settlement agent for as long.
async fn stays_an_agent(
    effect: &Effect<'_>,
    subject: &Subject,
    participant: &Participant,
) -> Result<(), ApplyError> {
    let is_agent = participant.kind == ParticipantKind::SettlementAgent;
    if is_agent || !Appointments::on(effect.tx.connection()).is_appointed(&participant.key).await? {
        return Ok(());
    }
    Err(ApplyError::Conflict(format!("{}: it is appointed as settlement agent", subject.target)))
}

/// Two requests about two participants may have asked for the same code; of two at once, one has waited.
async fn codes_are_free(
    effect: &Effect<'_>,
    subject: &Subject,
    participant: &Participant,
) -> Result<(), ApplyError> {
    let all = Participants::on(effect.tx.connection()).within(&Scope::of_the_installation()).await?;
    let others = all.iter().filter(|other| {
        other.key != participant.key
            && other.clearing_house == participant.clearing_house
            && other.closed_at.is_none()
    });
    let mut codes = others.flat_map(|other| &other.customer_codes);
    match codes.find(|code| participant.customer_codes.contains(code)) {
        Some(code) => {
            Err(ApplyError::Conflict(format!("{}: {code} is another participant's", subject.target)))
        }
        None => Ok(()),
    }
}

/// Closes a participant: nobody of it logs in, signs, or keeps a token, and nobody acts for it or is acted for by it.
async fn end(effect: &Effect<'_>, subject: &Subject, participant: Participant) -> Result<(), ApplyError> {
    let now = effect.services.now();
    let closed = Participant { closed_at: Some(now), sole_administrator: None, ..participant };
    save(effect, subject, &closed).await?;
    appointments::end_all_of(effect, &closed).await?;
    bar(effect, &closed.key, None).await
}

/// Disables a participant's people, or those of its settlement agent `agent`, suspended ones too, and ends their
/// sessions.
pub(super) async fn bar(
    effect: &Effect<'_>,
    participant: &ParticipantKey,
    agent: Option<&str>,
) -> Result<(), ApplyError> {
    let directory = Directory::on(effect.tx.connection());
    for id in directory.disable_all(participant, agent, effect.services.now()).await? {
        let because = EndedBecause::ProfileBarred;
        sessions::end_all_for_profile(effect.services, effect.tx, &id, because, None).await?;
    }
    Ok(())
}

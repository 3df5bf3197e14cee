//! Participants: their names and codes, the one administrator who may sign for both, and their end.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Timestamp;
use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::{
    Change, FieldDifference, Judged, ParticipantName, Subject, Target, TargetKind, difference,
};
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::label::{BadLabel, Label};
use crate::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use crate::directory::permission::Action;
use crate::directory::profile::UserKind;
use crate::directory::record::ProfileRecord;
use crate::directory::user_id::normalise;
use crate::ids::{ParticipantKey, ProfileId};

/// Most customer codes of one participant.
const MAX_CODES: usize = 100;

/// The fields of a participant, as typed. An absent one stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParticipantDraft {
    /// `CP`, `DB` or `SA`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Codes in the user IDs of its business users, all of them.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub customer_codes: Option<Vec<String>>,
    /// User ID of the one administrator who may sign as maker and as checker alike; null for nobody.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sole_administrator: Option<Option<String>>,
}

/// A field that is there, null or not.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What they mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParticipantFields {
    /// What it is to its clearing house.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ParticipantKind>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Label>,
    /// Codes in the user IDs of its business users, as they are written in its house.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_codes: Option<BTreeSet<String>>,
    /// User ID of the sole administrator.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sole_administrator: Option<Option<String>>,
}

/// What is known of a participant that somebody would change.
pub struct About<'a> {
    /// The participant, closed or not, if there is one of that name.
    pub participant: Option<&'a Participant>,
    /// User ID of its sole administrator, where it has one.
    pub sole_administrator: Option<&'a str>,
    /// The profile that the draft names as sole administrator, if there is one.
    pub named: Option<&'a ProfileRecord>,
    /// How many enabled profiles it has.
    pub people: u64,
    /// Whether somebody appoints it as settlement agent now.
    pub is_appointed: bool,
    /// Customer codes of the other participants of its house.
    pub codes_of_others: &'a BTreeSet<String>,
}

/// A participant as people see it: what differences are made of.
#[derive(Serialize)]
struct View<'a> {
    clearing_house: ClearingHouse,
    participant: &'a str,
    kind: ParticipantKind,
    name: &'a str,
    customer_codes: BTreeSet<&'a str>,
    sole_administrator: Option<&'a str>,
    closed: bool,
}

impl<'a> View<'a> {
    fn of(participant: &'a Participant, sole_administrator: Option<&'a str>) -> Self {
        Self {
            clearing_house: participant.clearing_house,
            participant: participant.participant.as_str(),
            kind: participant.kind,
            name: participant.name.as_str(),
            customer_codes: participant.customer_codes.iter().map(ParticipantCode::as_str).collect(),
            sole_administrator,
            closed: participant.closed_at.is_some(),
        }
    }
}

/// A new participant. One that was closed may come back, with the people whom it left behind disabled.
pub fn create(
    asker: Asker,
    about: &About<'_>,
    name: &ParticipantName,
    draft: &ParticipantDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.may("participant", Action::MaintainParticipant, findings);
    let name = name.normalised();
    let house = name.clearing_house;
    if house == ClearingHouse::Exchange {
        findings.note("participant", FindingCode::NotApplicable);
        return None;
    }
    for (field, missing) in [("kind", draft.kind.is_none()), ("name", draft.name.is_none())] {
        if missing {
            findings.note(field, FindingCode::Required);
        }
    }
    let code = findings.take("participant", code_of(house, &name.participant));
    let mut fields = draft.parse(house, findings);
    // Its own ID is in its users' IDs unless something else is said.
    fields.customer_codes.get_or_insert_with(|| BTreeSet::from([name.participant.clone()]));
    let (version, base) = match about.participant {
        Some(there) if there.closed_at.is_none() => {
            findings.note("participant", FindingCode::Exists);
            (there.version, there.clone())
        }
        Some(closed) => (closed.version, closed.clone()),
        None => (0, blank(house, code?, &fields)?),
    };
    let before = about.participant.map(|closed| View::of(closed, None));
    judged(about, version, before, &base, &fields, findings, |fields| Change::CreateParticipant {
        participant: name,
        fields,
    })
}

/// Other fields of a participant.
pub fn change(
    asker: Asker,
    about: &About<'_>,
    name: &ParticipantName,
    draft: &ParticipantDraft,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.may("participant", Action::MaintainParticipant, findings);
    let there = open(about, findings)?;
    let fields = draft.parse(there.clearing_house, findings);
    let before = Some(View::of(there, about.sole_administrator));
    let name = name.normalised();
    judged(about, there.version, before, there, &fields, findings, |fields| Change::ChangeParticipant {
        participant: name,
        fields,
    })
}

/// The end of a participant.
pub fn close(
    asker: Asker,
    about: &About<'_>,
    name: &ParticipantName,
    now: Timestamp,
    findings: &mut Findings,
) -> Option<Judged> {
    asker.may("participant", Action::MaintainParticipant, findings);
    let there = open(about, findings)?;
    let before = View::of(there, about.sole_administrator);
    let closed = Participant { closed_at: Some(now), sole_administrator: None, ..there.clone() };
    let mut difference = difference::between(&before, &View::of(&closed, None)).unwrap_or_default();
    difference.push(FieldDifference::of("enabled_people", about.people, 0));
    let name = name.normalised();
    let subject = Subject { target: target(&name), version: there.version, difference };
    (!findings.stop()).then_some(Judged { change: Change::CloseParticipant { participant: name }, subject })
}

/// The participant, if it is one still and not the exchange itself.
fn open<'a>(about: &About<'a>, findings: &mut Findings) -> Option<&'a Participant> {
    let there = about.participant.filter(|there| there.closed_at.is_none());
    match there {
        None => findings.note("participant", FindingCode::NotFound),
        Some(exchange) if exchange.clearing_house == ClearingHouse::Exchange => {
            findings.note("participant", FindingCode::NotApplicable);
        }
        Some(_) => return there,
    }
    None
}

fn judged(
    about: &About<'_>,
    version: i64,
    before: Option<View<'_>>,
    base: &Participant,
    fields: &ParticipantFields,
    findings: &mut Findings,
    change: impl FnOnce(ParticipantFields) -> Change,
) -> Option<Judged> {
    for code in fields.customer_codes.iter().flatten().filter(|code| about.codes_of_others.contains(*code)) {
        findings.note("customer_codes", FindingCode::CodeTaken { taken: code.clone() });
    }
    let mut fields = fields.clone();
    if let Some(Some(_)) = &fields.sole_administrator {
        let named = about.named.filter(|record| {
            record.participant == base.key && record.profile.kind == UserKind::DelegatedAdministrator
        });
        match named {
            Some(record) => fields.sole_administrator = Some(Some(record.profile.user_id.clone())),
            None => findings.note("sole_administrator", FindingCode::NotFound),
        }
    }
    let named = about.named.map(|record| record.profile.id.clone());
    let mut after = base.clone();
    after.closed_at = None;
    fields.apply_to(&mut after, named)?;
    if about.is_appointed && after.kind != ParticipantKind::SettlementAgent {
        findings.note("kind", FindingCode::NotApplicable);
    }
    let user_id = match &fields.sole_administrator {
        Some(now) => now.as_deref(),
        None => about.sole_administrator,
    };
    let seen = View::of(&after, user_id);
    let difference = match before {
        Some(before) => difference::between(&before, &seen),
        None => difference::between(&(), &seen),
    }
    .unwrap_or_default();
    if difference.is_empty() && !findings.stop() {
        findings.note("fields", FindingCode::NothingChanges);
    }
    let subject = Subject { target: target(&ParticipantName::of(base)), version, difference };
    (!findings.stop()).then(|| Judged { change: change(fields), subject })
}

fn target(name: &ParticipantName) -> Target {
    Target::new(TargetKind::Participant, name.to_string())
}

/// A participant that is yet to be, if its fields say enough. Its key is empty until it is added.
fn blank(house: ClearingHouse, code: ParticipantCode, fields: &ParticipantFields) -> Option<Participant> {
    Some(Participant {
        key: ParticipantKey::from_stored(""),
        clearing_house: house,
        participant: code,
        kind: fields.kind?,
        name: fields.name.clone()?,
        customer_codes: Vec::new(),
        sole_administrator: None,
        closed_at: None,
        version: 0,
    })
}

impl ParticipantDraft {
    fn parse(&self, house: ClearingHouse, findings: &mut Findings) -> ParticipantFields {
        ParticipantFields {
            kind: self.kind.as_deref().and_then(|kind| findings.take("kind", kind_of(kind))),
            name: self.name.as_deref().and_then(|name| findings.take("name", label(name))),
            customer_codes: self.customer_codes.as_ref().map(|codes| {
                if codes.len() > MAX_CODES {
                    findings.note("customer_codes", FindingCode::TooMany { max: MAX_CODES });
                }
                let parsed = codes.iter().take(MAX_CODES).filter_map(|code| {
                    findings.take("customer_codes", code_of(house, code)).map(|code| code.to_string())
                });
                parsed.collect()
            }),
            sole_administrator: self
                .sole_administrator
                .as_ref()
                .map(|user_id| user_id.as_deref().map(normalise)),
        }
    }

    /// User ID of the profile that it names as sole administrator.
    #[must_use]
    pub fn names(&self) -> Option<String> {
        self.sole_administrator.as_ref().and_then(Option::as_deref).map(normalise)
    }
}

impl ParticipantFields {
    /// Gives a participant these fields; `named` is the profile of the sole administrator. `None`, where a code is none of
    /// its house.
    #[must_use]
    pub fn apply_to(&self, participant: &mut Participant, named: Option<ProfileId>) -> Option<()> {
        if let Some(kind) = self.kind {
            participant.kind = kind;
        }
        if let Some(name) = &self.name {
            participant.name = name.clone();
        }
        if let Some(codes) = &self.customer_codes {
            let parse = |code: &String| ParticipantCode::parse(participant.clearing_house, code).ok();
            participant.customer_codes = codes.iter().map(parse).collect::<Option<_>>()?;
        }
        if let Some(sole) = &self.sole_administrator {
            participant.sole_administrator = if sole.is_some() { named } else { None };
        }
        Some(())
    }

    /// The participant that these fields make of nothing.
    #[must_use]
    pub fn new_participant(&self, name: &ParticipantName, key: ParticipantKey) -> Option<Participant> {
        let code = ParticipantCode::parse(name.clearing_house, &name.participant).ok()?;
        let mut participant = Participant { key, ..blank(name.clearing_house, code, self)? };
        self.apply_to(&mut participant, None)?;
        Some(participant)
    }
}

fn kind_of(typed: &str) -> Result<ParticipantKind, FindingCode> {
    let kind = typed.trim().to_ascii_uppercase().parse().ok();
    kind.filter(|kind| *kind != ParticipantKind::Exchange)
        .ok_or_else(|| FindingCode::Unknown { expected: "CP, DB, SA".to_owned() })
}

fn code_of(house: ClearingHouse, typed: &str) -> Result<ParticipantCode, FindingCode> {
    ParticipantCode::parse(house, typed)
        .map_err(|error| FindingCode::NotACode { expected: error.to_string() })
}

/// A name, or what is wrong with it.
pub(super) fn label(typed: &str) -> Result<Label, FindingCode> {
    Label::parse(typed).map_err(|error| match error {
        BadLabel::Empty => FindingCode::Required,
        BadLabel::TooLong => FindingCode::TooLong { max: Label::LONGEST },
        BadLabel::ControlCharacter => FindingCode::NotText,
    })
}

#[cfg(test)]
mod tests;

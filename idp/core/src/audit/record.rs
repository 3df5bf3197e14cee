//! A record as it is stored: text, and every column of it covered by what proves it.

use serde_json::{Value, json};

use super::{AuditActor, AuditEntry};
use crate::ids::AuditId;
use crate::{Timestamp, to_millis};

/// A record, column by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its identifier.
    pub id: String,
    /// When it was written, in Unix milliseconds.
    pub at: i64,
    /// What was done or tried.
    pub action: String,
    /// How it ended.
    pub outcome: String,
    /// What kind of actor: `person`, `client`, `job`, `command_line`, `stranger`.
    pub actor_kind: String,
    /// Their identifier.
    pub actor_id: Option<String>,
    /// What people call them: a user ID, for a person.
    pub actor_name: Option<String>,
    /// Clearing house and participant ID they belong to.
    pub actor_participant: Option<String>,
    /// What kind of subject.
    pub subject_kind: Option<String>,
    /// Its identifier.
    pub subject_id: Option<String>,
    /// What people call it.
    pub subject_name: Option<String>,
    /// The participant whose record it is; none when it is the exchange's alone.
    pub participant_id: Option<String>,
    /// The change request it belongs to.
    pub request_id: Option<String>,
    /// Profile of the second signature.
    pub checker_id: Option<String>,
    /// Its user ID.
    pub checker_name: Option<String>,
    /// From where.
    pub source: Option<String>,
    /// `before`, `after` and `reason`, as JSON.
    pub body: String,
    /// The writer's proof that it was Countersign that wrote it.
    pub mac: String,
}

impl AuditRecord {
    /// `entry` as a record, without the writer's proof, and without the participant where the database looks it up.
    #[must_use]
    pub fn draft(id: &AuditId, at: Timestamp, entry: AuditEntry) -> Self {
        let body = body(&entry);
        let (actor_id, actor_name, actor_participant) = match &entry.actor {
            AuditActor::Person(person) => (
                Some(person.profile_id.as_str().to_owned()),
                Some(person.user_id.clone()),
                Some(person.participant.clone()),
            ),
            AuditActor::Client(client_id) => (Some(client_id.clone()), Some(client_id.clone()), None),
            AuditActor::Job(name) => (Some((*name).to_owned()), Some((*name).to_owned()), None),
            AuditActor::CommandLine | AuditActor::Stranger => (None, None, None),
        };
        let (subject_kind, subject_id, subject_name) = match entry.subject {
            Some(subject) => (Some(subject.kind.as_str().to_owned()), Some(subject.id), Some(subject.name)),
            None => (None, None, None),
        };
        let (checker_id, checker_name) = match entry.checker {
            Some(checker) => (Some(checker.profile_id.as_str().to_owned()), Some(checker.user_id)),
            None => (None, None),
        };
        Self {
            id: id.as_str().to_owned(),
            at: to_millis(at),
            action: entry.action.as_str().to_owned(),
            outcome: entry.outcome.as_str().to_owned(),
            actor_kind: actor_kind(&entry.actor).to_owned(),
            actor_id,
            actor_name,
            actor_participant,
            subject_kind,
            subject_id,
            subject_name,
            participant_id: match entry.owner {
                super::Owner::Participant(participant) => Some(participant.as_str().to_owned()),
                super::Owner::Installation | super::Owner::ParticipantOf(_) => None,
            },
            request_id: entry.request.map(|request| request.as_str().to_owned()),
            checker_id,
            checker_name,
            source: entry.source,
            body,
            mac: String::new(),
        }
    }

    /// What the writer proves: every column that it writes itself. The participant is not among them, since the
    /// database may look it up; the chain covers it.
    #[must_use]
    pub fn authored_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        write_text(&mut bytes, Some("countersign audit record 1"));
        bytes.extend_from_slice(&self.at.to_be_bytes());
        for text in self.authored() {
            write_text(&mut bytes, text);
        }
        bytes
    }

    /// Every column, as the chain covers it.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.authored_bytes();
        write_text(&mut bytes, self.participant_id.as_deref());
        write_text(&mut bytes, Some(&self.mac));
        bytes
    }

    fn authored(&self) -> [Option<&str>; 15] {
        [
            Some(&self.id),
            Some(&self.action),
            Some(&self.outcome),
            Some(&self.actor_kind),
            self.actor_id.as_deref(),
            self.actor_name.as_deref(),
            self.actor_participant.as_deref(),
            self.subject_kind.as_deref(),
            self.subject_id.as_deref(),
            self.subject_name.as_deref(),
            self.request_id.as_deref(),
            self.checker_id.as_deref(),
            self.checker_name.as_deref(),
            self.source.as_deref(),
            Some(&self.body),
        ]
    }
}

/// A length before every text, so that nothing moves between two columns unseen; no text is not an empty one.
fn write_text(bytes: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
}

fn actor_kind(actor: &AuditActor) -> &'static str {
    match actor {
        AuditActor::Person(_) => "person",
        AuditActor::Client(_) => "client",
        AuditActor::Job(_) => "job",
        AuditActor::CommandLine => "command_line",
        AuditActor::Stranger => "stranger",
    }
}

fn body(entry: &AuditEntry) -> String {
    let mut members = serde_json::Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    put("after", entry.after.clone().map(super::Redacted::into_value));
    put("before", entry.before.clone().map(super::Redacted::into_value));
    put("reason", entry.reason.as_ref().map(|reason| json!(reason)));
    Value::Object(members).to_string()
}

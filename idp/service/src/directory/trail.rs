//! What the audit trail says of requests: the same words from wherever they are decided.

use countersign_core::audit::{
    Action, AuditActor, AuditEntry, Owner, Person, Redacted, Subject, SubjectKind,
};
use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::{self, ChangeRequest, Jurisdiction, State, TargetKind};
use countersign_core::directory::record::ProfileRecord;
use countersign_store::TamperedRequest;
use serde_json::{Value, json};

use super::entrance::Entrance;

/// Things that one record tells of, before and after. A request about more has several records when it is submitted,
/// and is named by its hash afterwards: records of many megabytes would be read by nobody.
const TOLD: usize = 1_000;

/// A request was submitted: first that, then what it changes where that is too much for one record. At the command line
/// nobody has proved to be its maker: that is in whose name it was filed, and not who acted.
pub(super) fn submitted(maker: &Actor, request: &ChangeRequest, entrance: Entrance<'_>) -> Vec<AuditEntry> {
    let (action, source) = (Action::RequestSubmitted, entrance.source());
    let actor = || match entrance {
        Entrance::Api(_) => AuditActor::Person(maker.into()),
        Entrance::CommandLine => AuditActor::CommandLine,
    };
    let mut entries = vec![about(action, actor(), request).from_source(source)];
    let subjects = &request.document().subjects;
    if subjects.len() > TOLD {
        let parts = subjects.len().div_ceil(TOLD);
        entries.extend(subjects.chunks(TOLD).enumerate().map(|(number, some)| {
            let mut after = json!({ "part": number + 1, "of": parts });
            note(&mut after, "document_hash", request.signed.hash().as_str());
            note(&mut after, "subjects", side(some, true));
            named(action, actor(), request)
                .from_source(source)
                .before(Redacted::from(json!({ "subjects": side(some, false) })))
                .after(Redacted::from(after))
        }));
    }
    entries
}

/// A request that was filed at the command line was taken on by the maker whom it names.
pub(super) fn adopted(maker: &Actor, request: &ChangeRequest, source: &str) -> AuditEntry {
    about(Action::RequestAdopted, AuditActor::Person(maker.into()), request).from_source(source)
}

/// A request was decided by `actor`.
pub(super) fn decided(actor: Person, request: &ChangeRequest, source: &str) -> AuditEntry {
    let action = match request.state {
        State::Pending { .. } => Action::RequestSubmitted,
        State::Applied { .. } => Action::RequestApproved,
        State::Rejected { .. } => Action::RequestRejected,
        State::Withdrawn { .. } => Action::RequestWithdrawn,
        State::Expired { .. } => Action::RequestExpired,
        State::Conflicted { .. } => Action::RequestConflicted,
    };
    let entry = about(action, AuditActor::Person(actor.clone()), request).from_source(source);
    match &request.state {
        State::Applied { .. } => entry.checked_by(actor),
        State::Rejected { reason, .. } => entry.because(reason.as_str()),
        State::Conflicted { what, .. } => entry.because(what.as_str()),
        State::Pending { .. } | State::Withdrawn { .. } | State::Expired { .. } => entry,
    }
}

/// Nobody decided a request in time.
pub(super) fn expired(request: &ChangeRequest) -> AuditEntry {
    about(Action::RequestExpired, AuditActor::Job("expire-requests"), request)
}

/// Nobody decided a request in time, and its row is not what was submitted.
pub(super) fn expired_tampered(tampered: &TamperedRequest) -> AuditEntry {
    about_tampered(Action::RequestExpired, AuditActor::Job("expire-requests"), tampered)
        .because(tampered.reason.as_str())
}

/// Somebody tried to decide a request whose row is not what was submitted.
pub(super) fn met_tampered(actor: &Actor, tampered: &TamperedRequest, source: &str) -> AuditEntry {
    about_tampered(Action::AttemptDenied, AuditActor::Person(actor.into()), tampered)
        .from_source(source)
        .denied(tampered.reason.as_str())
}

/// An entry about a request of which nothing is to be believed but that it is there.
fn about_tampered(action: Action, actor: AuditActor, tampered: &TamperedRequest) -> AuditEntry {
    let owner = match (&tampered.concerns, &tampered.jurisdiction) {
        (Some(participant), _) | (None, Jurisdiction::Participant(participant)) => {
            Owner::Participant(participant.clone())
        }
        (None, Jurisdiction::Exchange) => Owner::Installation,
    };
    AuditEntry::new(action, actor)
        .about(Subject::new(SubjectKind::Request, tampered.id.as_str(), tampered.id.as_str()))
        .owned_by(owner)
        .on_request(tampered.id.clone())
}

/// What a request made was shown.
pub(super) fn secret_shown(reader: &Actor, request: &ChangeRequest, source: &str) -> AuditEntry {
    about(Action::SecretShown, AuditActor::Person(reader.into()), request).from_source(source)
}

/// Somebody tried to decide a request and may not.
pub(super) fn denied(actor: &Actor, request: &ChangeRequest, rule: &str, source: &str) -> AuditEntry {
    about(Action::AttemptDenied, AuditActor::Person(actor.into()), request).from_source(source).denied(rule)
}

/// A profile was suspended by one person.
pub(super) fn suspended(actor: &Actor, record: &ProfileRecord, reason: &str, source: &str) -> AuditEntry {
    let profile = &record.profile;
    AuditEntry::new(Action::ProfileSuspended, AuditActor::Person(actor.into()))
        .about(Subject::profile(&profile.id, &profile.user_id))
        .owned_by(Owner::Participant(record.participant.clone()))
        .from_source(source)
        .because(reason)
}

/// An entry about a request: its subject is the one thing that the request is about, or the request where there are
/// several. What it changes stands in it from the submission on, unless it is too much.
fn about(action: Action, actor: AuditActor, request: &ChangeRequest) -> AuditEntry {
    let document = request.document();
    let told = if document.subjects.len() > TOLD { &[] } else { document.subjects.as_slice() };
    let mut after = json!({ "subjects": side(told, true) });
    if actor == AuditActor::CommandLine {
        note(&mut after, "in_the_name_of", request.maker.user_id.as_str());
    }
    if told.is_empty() {
        note(&mut after, "lines", document.subjects.len());
    }
    note(&mut after, "kind", document.change.kind());
    note(&mut after, "document_hash", request.signed.hash().as_str());
    note(&mut after, "maker", request.maker.profile_id.as_str());
    note(&mut after, "reason_given", document.reason.clone());
    if let State::Applied { signature, .. } = &request.state {
        note(&mut after, "signed", json!(signature.way));
        note(&mut after, "sole_administrator", signature.sole_administrator);
    }
    named(action, actor, request)
        .before(Redacted::from(json!({ "subjects": side(told, false) })))
        .after(Redacted::from(after))
}

fn note(state: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = state.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// What things are before or after.
fn side(subjects: &[change_request::Subject], after: bool) -> Value {
    let subjects = subjects.iter().map(|subject| {
        let fields = subject.difference.iter().map(|field| {
            let value = if after { &field.after } else { &field.before };
            (field.field.clone(), value.clone())
        });
        (subject.target.to_string(), Value::Object(fields.collect()))
    });
    Value::Object(subjects.collect())
}

/// An entry about a request that says nothing of what it changes.
fn named(action: Action, actor: AuditActor, request: &ChangeRequest) -> AuditEntry {
    let document = request.document();
    let subject = match document.subjects.as_slice() {
        [one] => Subject::new(kind_of(one.target.kind), one.target.to_string(), one.target.name.as_str()),
        _ => Subject::new(SubjectKind::Request, request.id.as_str(), document.change.kind()),
    };
    let owner = match (&request.concerns, &request.jurisdiction) {
        (Some(participant), _) | (None, Jurisdiction::Participant(participant)) => {
            Owner::Participant(participant.clone())
        }
        (None, Jurisdiction::Exchange) => Owner::Installation,
    };
    AuditEntry::new(action, actor).about(subject).owned_by(owner).on_request(request.id.clone())
}

fn kind_of(kind: TargetKind) -> SubjectKind {
    match kind {
        TargetKind::Profile => SubjectKind::Profile,
        TargetKind::Participant => SubjectKind::Participant,
        TargetKind::Appointment => SubjectKind::Appointment,
        TargetKind::Group => SubjectKind::Group,
        TargetKind::Client => SubjectKind::Client,
        TargetKind::Phase => SubjectKind::Phase,
        TargetKind::Policy => SubjectKind::Policy,
        TargetKind::Key => SubjectKind::Key,
    }
}

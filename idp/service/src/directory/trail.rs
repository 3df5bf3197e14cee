//! What the audit trail says of requests: the same words from wherever they are decided.

use countersign_core::audit::{
    Action, AuditActor, AuditEntry, Owner, Person, Redacted, Subject, SubjectKind,
};
use countersign_core::directory::actor::Actor;
use countersign_core::directory::change_request::{ChangeRequest, Jurisdiction, State, TargetKind};
use countersign_core::directory::record::ProfileRecord;
use countersign_store::TamperedRequest;
use serde_json::json;

/// A request was submitted.
pub(super) fn submitted(maker: &Actor, request: &ChangeRequest, source: &str) -> AuditEntry {
    about(Action::RequestSubmitted, AuditActor::Person(maker.into()), request).from_source(source)
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
/// several. What it changes stands in it from the submission on.
fn about(action: Action, actor: AuditActor, request: &ChangeRequest) -> AuditEntry {
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
    let side = |after: bool| {
        let subjects = document.subjects.iter().map(|subject| {
            let fields = subject.difference.iter().map(|field| {
                let value = if after { &field.after } else { &field.before };
                (field.field.clone(), value.clone())
            });
            (subject.target.to_string(), serde_json::Value::Object(fields.collect()))
        });
        json!({ "subjects": subjects.collect::<serde_json::Map<_, _>>() })
    };
    let mut after = side(true);
    if let Some(members) = after.as_object_mut() {
        members.insert("kind".to_owned(), document.change.kind().into());
        members.insert("document_hash".to_owned(), request.signed.hash().as_str().into());
        members.insert("reason_given".to_owned(), document.reason.clone().into());
        if let State::Applied { signature, .. } = &request.state {
            members.insert("signed".to_owned(), json!(signature.way));
            members.insert("sole_administrator".to_owned(), signature.sole_administrator.into());
        }
    }
    AuditEntry::new(action, actor)
        .about(subject)
        .owned_by(owner)
        .on_request(request.id.clone())
        .before(Redacted::from(side(false)))
        .after(Redacted::from(after))
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

//! Forms: a participant's maker files one, an operator makes it a change request or declines it. What it asks for is
//! looked at when it is filed, so that nobody waits for what could never be; it is judged when it becomes a request.

use countersign_core::audit::{Action, AuditActor, AuditEntry, Owner, Redacted, Subject, SubjectKind};
use countersign_core::directory::actor::Actor;
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::{Draft, ParticipantName};
use countersign_core::directory::finding::{Finding, FindingCode};
use countersign_core::directory::form::{Filer, Form, FormKind, Outcome};
use countersign_core::ids::FormId;
use countersign_store::{Forms, Phases, Tx};
use serde_json::json;

use super::entrance::Entrance;
use super::prepare::as_the_exchange;
use super::submit::{SubmitError, Submitted, submit};
use crate::login::{Fault, faults};
use crate::{Services, audit};

/// Why nothing was done about a form.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// There is no such form, or it is not theirs to see.
    #[error("no such form")]
    NotFound,
    /// A participant's maker files and withdraws; an operator who is a maker takes and declines.
    #[error("not theirs to do")]
    NotAllowed,
    /// It was decided before.
    #[error("the form is already {0}")]
    Decided(&'static str),
    /// What stands in the way.
    #[error("the form cannot be filed")]
    Refused(Vec<Finding>),
    /// The request that it would become cannot be submitted.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// On our side.
    #[error(transparent)]
    Fault(#[from] Fault),
}
faults!(FormError);

/// Files a form, as part of `tx`.
pub async fn file(
    services: &Services,
    tx: &Tx,
    filer: &Actor,
    kind: FormKind,
    draft: Draft,
    note: Option<String>,
    source: &str,
) -> Result<Form, FormError> {
    if filer.is_operator() || !filer.holds(AccessLevel::Maker) {
        return Err(FormError::NotAllowed);
    }
    let draft = in_own_name(filer, draft);
    let refused =
        |field: &str, code| Err(FormError::Refused(vec![Finding { field: field.to_owned(), code }]));
    let phase = Phases::on(tx.connection()).current().await?.of(filer.clearing_house);
    if !kind.is_open(phase) {
        return refused("kind", FindingCode::NotInPhase { phase: phase.as_str().to_owned() });
    }
    if !kind.is_for(&draft) {
        return refused("change.kind", FindingCode::NotApplicable);
    }
    let found = as_the_exchange(services, || tx.connection(), filer, &draft).await?;
    if found.iter().any(|finding| !finding.code.is_warning()) {
        let within = |finding: Finding| Finding { field: format!("change.{}", finding.field), ..finding };
        return Err(FormError::Refused(found.into_iter().map(within).collect()));
    }
    let form = Form {
        id: FormId::generate(&*services.entropy),
        kind,
        participant: filer.participant.clone(),
        draft,
        note,
        filer: name(filer),
        filed_at: services.now(),
        outcome: Outcome::Filed,
    };
    Forms::on(tx.connection()).add(&form).await?;
    audit::append(services, tx, entry(Action::FormFiled, filer, &form, source)).await?;
    Ok(form)
}

/// Who takes it later is of another participant: whose profile it is about is said now.
fn in_own_name(filer: &Actor, draft: Draft) -> Draft {
    match draft {
        Draft::CreateProfile { participant: None, user_id, fields } => Draft::CreateProfile {
            participant: Some(ParticipantName {
                clearing_house: filer.clearing_house,
                participant: filer.participant_id.clone(),
            }),
            user_id,
            fields,
        },
        other => other,
    }
}

/// Makes a form a change request in the name of `operator`, as part of `tx`.
pub async fn take(
    services: &Services,
    tx: &Tx,
    operator: &Actor,
    id: &FormId,
    reason: Option<String>,
    source: &str,
) -> Result<(Form, Submitted), FormError> {
    let form = waiting(tx, operator, id, true).await?;
    let reason = reason.or_else(|| Some(format!("{} of {}", form.kind.as_str(), form.filer.user_id)));
    let submitted = submit(services, tx, operator, &form.draft, reason, Entrance::Api(source)).await?;
    let outcome =
        Outcome::Taken { request: submitted.request.id.clone(), by: name(operator), at: services.now() };
    let form = decide(services, tx, operator, Form { outcome, ..form }, Action::FormTaken, source).await?;
    Ok((form, submitted))
}

/// Declines a form and says why, as part of `tx`.
pub async fn decline(
    services: &Services,
    tx: &Tx,
    operator: &Actor,
    id: &FormId,
    reason: String,
    source: &str,
) -> Result<Form, FormError> {
    let form = waiting(tx, operator, id, true).await?;
    let outcome = Outcome::Declined { reason, by: name(operator), at: services.now() };
    decide(services, tx, operator, Form { outcome, ..form }, Action::FormDeclined, source).await
}

/// Takes a form of one's own participant back, as part of `tx`.
pub async fn withdraw(
    services: &Services,
    tx: &Tx,
    actor: &Actor,
    id: &FormId,
    source: &str,
) -> Result<Form, FormError> {
    let form = waiting(tx, actor, id, false).await?;
    let outcome = Outcome::Withdrawn { by: name(actor), at: services.now() };
    decide(services, tx, actor, Form { outcome, ..form }, Action::FormWithdrawn, source).await
}

/// A form that waits, for a maker of the exchange or of its participant.
async fn waiting(tx: &Tx, actor: &Actor, id: &FormId, of_the_exchange: bool) -> Result<Form, FormError> {
    let scope = actor.scope().ok_or(FormError::NotFound)?;
    let form = Forms::on(tx.connection()).find(&scope, id).await?.ok_or(FormError::NotFound)?;
    if actor.is_operator() != of_the_exchange || !actor.holds(AccessLevel::Maker) {
        return Err(FormError::NotAllowed);
    }
    match form.outcome {
        Outcome::Filed => Ok(form),
        decided => Err(FormError::Decided(decided.name())),
    }
}

async fn decide(
    services: &Services,
    tx: &Tx,
    actor: &Actor,
    form: Form,
    action: Action,
    source: &str,
) -> Result<Form, FormError> {
    if !Forms::on(tx.connection()).decide(&form.id, &form.outcome).await? {
        // Somebody was faster; the transaction is dropped with the request that it made.
        return Err(FormError::Decided("decided"));
    }
    audit::append(services, tx, entry(action, actor, &form, source)).await?;
    Ok(form)
}

fn entry(action: Action, actor: &Actor, form: &Form, source: &str) -> AuditEntry {
    let after = json!({ "kind": form.kind, "draft": form.draft, "outcome": form.outcome, "note": form.note });
    let entry = AuditEntry::new(action, AuditActor::Person(actor.into()))
        .about(Subject::new(SubjectKind::Form, form.id.as_str(), form.kind.as_str()))
        .owned_by(Owner::Participant(form.participant.clone()))
        .from_source(source)
        .after(Redacted::from(after));
    match &form.outcome {
        Outcome::Taken { request, .. } => entry.on_request(request.clone()),
        Outcome::Declined { reason, .. } => entry.because(reason.as_str()),
        Outcome::Filed | Outcome::Withdrawn { .. } => entry,
    }
}

fn name(actor: &Actor) -> Filer {
    Filer { profile_id: actor.profile_id.clone(), user_id: actor.user_id.clone() }
}

//! `/api/v1/forms`: what participants ask of the exchange, and what operators make of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_api::BASE_PATH;
use countersign_api::forms::{self, Form, FormQuery, FormState, TakeForm};
use countersign_api::page::{Page, PageQuery};
use countersign_api::requests::{Nothing, Reason};
use countersign_core::directory::change_request::Draft;
use countersign_core::directory::finding::FindingCode;
use countersign_core::directory::form::{self, Outcome};
use countersign_core::ids::FormId;
use countersign_service::Services;
use countersign_service::directory::reading::forms as reading;
use countersign_service::directory::reading::page::Paged;
use countersign_service::directory::{self, FormError, SubmitError};
use countersign_service::idempotency::{StoredAnswer, once};
use serde::Deserialize;

use super::caller::Reading;
use super::command::{Command, done_once};
use super::pages;
use super::parameters::{Named, Parameters};
use super::refusal::{Fault, Flaw, Kind, Refusal};
use super::requests::{remark, required_reason};
use crate::serve::ClientAddress;

/// What is filed. Its description is [`forms::NewForm`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForm {
    kind: String,
    change: Draft,
    #[serde(default)]
    note: Option<String>,
}

/// Lists forms in the caller's scope, newest first.
#[utoipa::path(
    get,
    path = "/forms",
    operation_id = "list_forms",
    tag = "Forms",
    params(FormQuery, PageQuery),
    responses((status = 200, description = "A page of forms.", body = Page<Form>))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<Form>>, Refusal> {
    let cursors = reading::cursors();
    let wanted = pages::wanted(&mut parameters, &cursors);
    let state = parameters.word::<FormState>("state");
    parameters.finish()?;
    let found =
        reading::page(&services, &reading.scope, state.as_deref(), wanted.after, wanted.limit).await?;
    let Paged { items, next } = found;
    let items = items.iter().map(view).collect::<Result<_, _>>()?;
    Ok(Json(pages::page(Paged { items, next }, cursors, None, |form| form)))
}

/// Shows one form. One that the caller may not see is not there.
#[utoipa::path(
    get,
    path = "/forms/{id}",
    operation_id = "show_form",
    tag = "Forms",
    params(("id" = String, Path)),
    responses((status = 200, description = "The form.", body = Form))
)]
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    reading: Reading,
    Named(id): Named,
    parameters: Parameters,
) -> Result<Json<Form>, Refusal> {
    parameters.finish()?;
    let found = reading::find(&services, &reading.scope, &FormId::from_stored(id)).await?;
    let form = found.ok_or_else(|| Refusal::new(Kind::NotFound))?;
    Ok(Json(view(&form)?))
}

/// Files a form with the exchange. Makers of a participant; nothing is changed by it.
#[utoipa::path(
    post,
    path = "/forms",
    operation_id = "file_form",
    tag = "Forms",
    request_body = forms::NewForm,
    responses((status = 201, description = "The form, which waits for an operator.", body = Form,
        headers(("location"))))
)]
pub(super) async fn file(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    command: Command<NewForm>,
) -> Result<Response, Refusal> {
    let Command { acting, content: NewForm { kind, change, note }, attempt } = command;
    let kind = kind.parse().map_err(|_| {
        let code = FindingCode::Unknown { expected: "DA 3, SCard 1".to_owned() };
        Refusal::of(Kind::InvalidContent, vec![Flaw { field: "kind".to_owned(), fault: Fault::Found(code) }])
    })?;
    let note = remark("note", note)?;
    done_once(
        once(&services, &attempt, async |tx| {
            let source = source.to_canonical().to_string();
            let form = directory::file(&services, tx, &acting.actor, kind, change, note, &source).await?;
            let location = Some(format!("{BASE_PATH}/forms/{}", form.id));
            Ok(StoredAnswer { status: 201, location, ..answer(&form)? })
        })
        .await,
    )
}

/// Makes a form a change request in the operator's name, for another operator to sign.
#[utoipa::path(
    post,
    path = "/forms/{id}/take",
    operation_id = "take_form",
    tag = "Forms",
    params(("id" = String, Path)),
    request_body = TakeForm,
    responses((status = 200, description = "The form, with the request that it became.", body = Form))
)]
pub(super) async fn take(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<TakeForm>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let reason = remark("reason", content.reason)?;
    done_once(
        once(&services, &attempt, async |tx| {
            let (id, source) = (FormId::from_stored(id), source.to_canonical().to_string());
            let taken = directory::take(&services, tx, &acting.actor, &id, reason, &source).await?;
            answer(&taken.0)
        })
        .await,
    )
}

/// Declines a form, and says why.
#[utoipa::path(
    post,
    path = "/forms/{id}/decline",
    operation_id = "decline_form",
    tag = "Forms",
    params(("id" = String, Path)),
    request_body = Reason,
    responses((status = 200, description = "The form, declined.", body = Form))
)]
pub(super) async fn decline(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Reason>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let reason = required_reason(content.reason)?;
    done_once(
        once(&services, &attempt, async |tx| {
            let (id, source) = (FormId::from_stored(id), source.to_canonical().to_string());
            answer(&directory::decline(&services, tx, &acting.actor, &id, reason, &source).await?)
        })
        .await,
    )
}

/// Takes back a form of one's own participant that waits.
#[utoipa::path(
    post,
    path = "/forms/{id}/withdraw",
    operation_id = "withdraw_form",
    tag = "Forms",
    params(("id" = String, Path)),
    request_body = Nothing,
    responses((status = 200, description = "The form, withdrawn.", body = Form))
)]
pub(super) async fn withdraw(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Named(id): Named,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let Command { acting, attempt, .. } = command;
    done_once(
        once(&services, &attempt, async |tx| {
            let (id, source) = (FormId::from_stored(id), source.to_canonical().to_string());
            answer(&directory::withdraw_form(&services, tx, &acting.actor, &id, &source).await?)
        })
        .await,
    )
}

fn answer(form: &form::Form) -> Result<StoredAnswer, Refusal> {
    let body = serde_json::to_value(view(form)?).map_err(|error| Refusal::internal(&error))?;
    Ok(StoredAnswer { status: 200, body, ..StoredAnswer::default() })
}

fn view(form: &form::Form) -> Result<Form, Refusal> {
    // A draft of the rules is written as one of the contract.
    let change = serde_json::to_value(&form.draft).and_then(serde_json::from_value);
    let change = change.map_err(|error| Refusal::internal(&error))?;
    let (state, decided) = match &form.outcome {
        Outcome::Filed => (FormState::Filed, None),
        Outcome::Taken { by, at, .. } => (FormState::Taken, Some((by, at))),
        Outcome::Declined { by, at, .. } => (FormState::Declined, Some((by, at))),
        Outcome::Withdrawn { by, at } => (FormState::Withdrawn, Some((by, at))),
    };
    Ok(Form {
        id: form.id.as_str().to_owned(),
        kind: form.kind.as_str().to_owned(),
        change,
        note: form.note.clone(),
        filed_by: form.filer.user_id.clone(),
        filed_at: form.filed_at,
        state,
        decided_by: decided.map(|(by, _)| by.user_id.clone()),
        decided_at: decided.map(|(_, at)| *at),
        request: match &form.outcome {
            Outcome::Taken { request, .. } => Some(request.as_str().to_owned()),
            _ => None,
        },
        reason: match &form.outcome {
            Outcome::Declined { reason, .. } => Some(reason.clone()),
            _ => None,
        },
    })
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Self {
        match error {
            FormError::NotFound => Self::new(Kind::NotFound),
            FormError::NotAllowed => Self::new(Kind::Forbidden),
            FormError::Decided(_) => Self::new(Kind::FormDecided),
            FormError::Refused(findings) => SubmitError::Refused(findings).into(),
            FormError::Submit(error) => error.into(),
            FormError::Fault(fault) => Self::internal(&fault),
        }
    }
}

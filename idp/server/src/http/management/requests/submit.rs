//! `POST /api/v1/change-requests` and `…/validate`: a change is asked for, or only looked at.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_api::drafts;
use countersign_api::problem::Finding;
use countersign_api::requests::{ChangeRequest, Validation};
use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::change_request::Draft;
use countersign_core::directory::finding;
use countersign_service::Services;
use countersign_service::directory::reading::requests;
use countersign_service::directory::{self, Entrance, Submitted, prepare};
use countersign_service::idempotency::{claim, complete};
use serde::Deserialize;

use super::{remark, view};
use crate::http::management::command::{Command, answered, claimed};
use crate::http::management::refusal::{Fault, Flaw, Kind, Refusal};
use crate::http::management::speak::{self, Speaking};
use crate::http::pages::Texts;
use crate::serve::ClientAddress;

/// A change that is asked for, and why. Its description is [`drafts::Submission`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::management) struct Submission {
    pub(in crate::http::management) change: Draft,
    #[serde(default)]
    pub(in crate::http::management) reason: Option<String>,
}

/// Asks for a change. It waits until a second person has signed it.
#[utoipa::path(
    post,
    path = "/change-requests",
    operation_id = "submit_request",
    tag = "Change requests",
    request_body = drafts::Submission,
    responses((
        status = 201,
        description = "The request, which waits for its checker.",
        body = ChangeRequest,
        headers(("etag", description = "The document's hash, for If-Match."), ("location"))
    ))
)]
pub(in crate::http::management) async fn submit(
    State(services): State<Arc<Services>>,
    ClientAddress(source): ClientAddress,
    Speaking(texts): Speaking,
    command: Command<Submission>,
) -> Result<Response, Refusal> {
    submitted(&services, &source.to_canonical().to_string(), texts, command).await
}

/// Looks at a change: what stands in its way, and what it would do. Nothing is written.
#[utoipa::path(
    post,
    path = "/change-requests/validate",
    operation_id = "validate_request",
    tag = "Change requests",
    request_body = drafts::Submission,
    responses((status = 200, description = "What came of looking at it.", body = Validation))
)]
pub(in crate::http::management) async fn validate(
    State(services): State<Arc<Services>>,
    Speaking(texts): Speaking,
    command: Command<Submission>,
) -> Result<Json<Validation>, Refusal> {
    validated(&services, texts, command).await
}

/// Submits what a command brings, once.
pub(in crate::http::management) async fn submitted(
    services: &Services,
    source: &str,
    texts: Texts,
    command: Command<Submission>,
) -> Result<Response, Refusal> {
    let Command { acting, content, attempt } = command;
    let reason = remark("reason", content.reason)?;
    let tx = services.store.begin().await?;
    if let Some(former) = claimed(claim(services, &tx, &attempt).await?) {
        return former.map(answered);
    }
    let Submitted { request, findings } =
        directory::submit(services, &tx, &acting.actor, &content.change, reason, Entrance::Api(source))
            .await?;
    let may = requests::may(services, || tx.connection(), &acting.actor, &request).await;
    let may = may.map_err(|fault| Refusal::internal(&fault))?;
    let answer = view::made(&request, worded(findings, texts), view::may(&may, texts));
    complete(services, &tx, &attempt, &answer).await?;
    tx.commit().await?;
    Ok(answered(answer))
}

/// Looks at what a command brings.
pub(in crate::http::management) async fn validated(
    services: &Services,
    texts: Texts,
    command: Command<Submission>,
) -> Result<Json<Validation>, Refusal> {
    let Command { acting, content, .. } = command;
    if !acting.actor.holds(AccessLevel::Maker) {
        return Err(Refusal::new(Kind::Forbidden));
    }
    let reason = remark("reason", content.reason)?;
    let (read, from) = (|| services.store.read(), Entrance::Api(""));
    let prepared = prepare(services, read, &acting.actor, &content.change, reason, from).await;
    let prepared = prepared.map_err(|fault| Refusal::internal(&fault))?;
    Ok(Json(Validation {
        valid: prepared.document.is_some(),
        findings: worded(prepared.findings, texts),
        subjects: prepared.document.map(|document| view::subjects(&document.subjects)).unwrap_or_default(),
    }))
}

fn worded(findings: Vec<finding::Finding>, texts: Texts) -> Vec<Finding> {
    let worded = findings.into_iter().map(|finding| {
        speak::finding(&Flaw { field: finding.field, fault: Fault::Found(finding.code) }, texts)
    });
    worded.collect()
}

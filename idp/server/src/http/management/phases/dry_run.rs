//! `POST /api/v1/phases/{clearing_house}/dry-run` and `GET …/dry-run/{hash}`: the list that operators approve.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use countersign_api::page::{Page, PageQuery};
use countersign_api::phases::{DryRun, DryRunLine, DryRunQuery};
use countersign_api::requests::Nothing;
use countersign_core::directory::listing::Position;
use countersign_core::directory::migration::{Finding, FrozenLine, ListHash};
use countersign_service::Services;
use countersign_service::directory::migration::{self, DryRunError};
use countersign_service::directory::reading::phases;

use super::{Named, house, lines, name, words};
use crate::http::management::caller::Reading;
use crate::http::management::command::Command;
use crate::http::management::pages;
use crate::http::management::parameters::Parameters;
use crate::http::management::profiles::list::wants_csv;
use crate::http::management::refusal::{Kind, Refusal};
use crate::http::management::taken::Asked;

/// Makes a dry run: everyone of the house is looked at, and what the end of the parallel run would do to them is written
/// down. When nothing has changed for anybody, it is the same list as before: repeating it does nothing more.
#[utoipa::path(
    post,
    path = "/phases/{clearing_house}/dry-run",
    operation_id = "make_dry_run",
    tag = "Migration",
    params(("clearing_house" = String, Path, example = "HKCC")),
    request_body = Nothing,
    responses((status = 201, description = "The list, whose lines can be read under its hash.", body = DryRun))
)]
pub(in crate::http::management) async fn make(
    State(services): State<Arc<Services>>,
    named: Named<String>,
    command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let Command { acting, .. } = command;
    let house = name(named)?.parse().map_err(|_| Refusal::new(Kind::NotFound))?;
    let head = migration::make(&services, &acting.actor, house).await?;
    Ok((StatusCode::CREATED, Json(words::dry_run(head))).into_response())
}

impl From<DryRunError> for Refusal {
    fn from(error: DryRunError) -> Self {
        match error {
            DryRunError::NotAllowed => Self::new(Kind::Forbidden),
            DryRunError::NoSuchHouse => Self::new(Kind::NotFound),
            DryRunError::Fault(fault) => Self::internal(&fault),
        }
    }
}

/// Reads the lines of a dry run, those of the caller's own people. With `Accept: text/csv` all of them come as CSV, and the
/// parameters of pages are unknown.
#[utoipa::path(
    get,
    path = "/phases/{clearing_house}/dry-run/{hash}",
    operation_id = "list_dry_run",
    tag = "Migration",
    params(
        ("clearing_house" = String, Path, example = "HKCC"),
        ("hash" = String, Path),
        DryRunQuery,
        PageQuery
    ),
    responses((
        status = 200,
        description = "A page of lines; or all of them, as CSV.",
        content((Page<DryRunLine> = "application/json"), (String = "text/csv"))
    ))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    named: Named<(String, String)>,
    headers: HeaderMap,
    asked: Asked,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let Reading { scope, caller } = reading;
    let (clearing_house, hash) = name(named)?;
    let house = house(&services, &scope, &clearing_house).await?;
    let hash: ListHash = hash.parse().map_err(|_| Refusal::new(Kind::NotFound))?;
    let finding: Option<Finding> = parameters.one_of("finding");
    if !phases::has_list(&services, &scope, house, &hash).await? {
        return Err(Refusal::new(Kind::NotFound));
    }
    if wants_csv(&headers) {
        parameters.finish()?;
        asked.record(&services, &caller, "dry-run.csv").await?;
        let page = move |after: Option<Position>| {
            let (services, scope, hash) = (Arc::clone(&services), scope.clone(), hash.clone());
            async move { phases::lines(&services, &scope, &hash, finding, after.as_ref(), lines::AT_ONCE).await }
        };
        return lines::csv("attachment; filename=\"dry-run.csv\"", &COLUMNS, cells, page).await;
    }
    let cursors = phases::cursors("dry-run");
    let wanted = pages::wanted(&mut parameters, &cursors);
    parameters.finish()?;
    let found = phases::lines(&services, &scope, &hash, finding, wanted.after.as_ref(), wanted.limit).await?;
    Ok(Json(pages::page(found, cursors, None, words::frozen_line)).into_response())
}

const COLUMNS: [&str; 4] = ["finding", "participant", "user_id", "detail"];

fn cells(line: FrozenLine) -> Vec<String> {
    vec![
        line.finding.as_str().to_owned(),
        line.code,
        line.user_id.unwrap_or_default(),
        line.detail.unwrap_or_default(),
    ]
}

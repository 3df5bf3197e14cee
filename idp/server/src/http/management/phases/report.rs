//! `GET /api/v1/phases/{clearing_house}/report`: what the job at the end of the parallel run did, and why not.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use countersign_api::page::{Page, PageQuery};
use countersign_api::phases::{ReportLine, ReportQuery};
use countersign_core::directory::listing::Position;
use countersign_core::directory::migration::{Outcome, ReportLine as Found};
use countersign_service::Services;
use countersign_service::directory::reading::phases;

use super::{Named, house, lines, name, words};
use crate::http::management::caller::Reading;
use crate::http::management::pages;
use crate::http::management::parameters::Parameters;
use crate::http::management::profiles::list::wants_csv;
use crate::http::management::refusal::Refusal;
use crate::http::management::taken::Asked;

/// Reads the report of the job at the end of the parallel run, as far as it concerns the caller's own people. With
/// `Accept: text/csv` all of it comes as CSV, and the parameters of pages are unknown.
#[utoipa::path(
    get,
    path = "/phases/{clearing_house}/report",
    operation_id = "show_end_of_run_report",
    tag = "Migration",
    params(("clearing_house" = String, Path, example = "HKCC"), ReportQuery, PageQuery),
    responses((
        status = 200,
        description = "A page of lines; or all of them, as CSV.",
        content((Page<ReportLine> = "application/json"), (String = "text/csv"))
    ))
)]
pub(in crate::http::management) async fn report(
    State(services): State<Arc<Services>>,
    reading: Reading,
    named: Named<String>,
    headers: HeaderMap,
    asked: Asked,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let Reading { scope, caller } = reading;
    let house = house(&services, &scope, &name(named)?).await?;
    let outcome: Option<Outcome> = parameters.one_of("outcome");
    if wants_csv(&headers) {
        parameters.finish()?;
        asked.record(&services, &caller, "end-of-run.csv").await?;
        let page = move |after: Option<Position>| {
            let (services, scope) = (Arc::clone(&services), scope.clone());
            async move { phases::report(&services, &scope, house, outcome, after.as_ref(), lines::AT_ONCE).await }
        };
        return lines::csv("attachment; filename=\"end-of-run.csv\"", &COLUMNS, cells, page).await;
    }
    let cursors = phases::cursors("end-of-run");
    let wanted = pages::wanted(&mut parameters, &cursors);
    parameters.finish()?;
    let found =
        phases::report(&services, &scope, house, outcome, wanted.after.as_ref(), wanted.limit).await?;
    Ok(Json(pages::page(found, cursors, None, words::report_line)).into_response())
}

const COLUMNS: [&str; 5] = ["at", "outcome", "participant", "user_id", "remove_at"];

fn cells(line: Found) -> Vec<String> {
    vec![
        line.at.to_rfc3339(),
        line.outcome.as_str().to_owned(),
        line.code,
        line.user_id,
        line.remove_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
    ]
}

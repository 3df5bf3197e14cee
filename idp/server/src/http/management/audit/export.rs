//! `GET /api/v1/audit.jsonl` and `GET /api/v1/audit.csv`: what a search finds, whole, in constant memory.
//!
//! Page after page is read and sent on, as with profiles. That it was taken out is recorded first.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::audit::{AuditQuery, AuditRecord};
use countersign_core::directory::actor::Scope;
use countersign_core::directory::listing::Position;
use countersign_service::Services;
use countersign_service::directory::reading::audit::{self, AuditFilter, Found};
use countersign_service::directory::reading::page::Paged;
use countersign_service::directory::reading::profiles::ReadError;
use futures_util::stream::try_unfold;

use super::list::filter;
use super::view;
use crate::http::management::caller::Reading;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::Refusal;
use crate::http::management::spreadsheet;
use crate::http::management::taken::Asked;

/// Records read at once.
const AT_ONCE: u16 = 500;

/// Exports what a search of the audit trail finds, as JSON: one record a line, newest first.
#[utoipa::path(
    get,
    path = "/audit.jsonl",
    operation_id = "export_audit_lines",
    tag = "Audit",
    params(AuditQuery),
    responses((
        status = 200,
        description = "All records found, one AuditRecord a line.",
        body = String,
        content_type = "application/jsonl"
    ))
)]
pub(in crate::http::management) async fn lines(
    State(services): State<Arc<Services>>,
    reading: Reading,
    asked: Asked,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    answer(services, reading, asked, parameters, &LINES).await
}

/// Exports what a search of the audit trail finds, as CSV, newest first.
#[utoipa::path(
    get,
    path = "/audit.csv",
    operation_id = "export_audit",
    tag = "Audit",
    params(AuditQuery),
    responses((status = 200, description = "All records found, as CSV.", body = String, content_type = "text/csv"))
)]
pub(in crate::http::management) async fn csv(
    State(services): State<Arc<Services>>,
    reading: Reading,
    asked: Asked,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    answer(services, reading, asked, parameters, &CSV).await
}

/// How records are written.
struct Format {
    file: &'static str,
    content_type: &'static str,
    disposition: &'static str,
    head: fn() -> Vec<u8>,
    line: fn(AuditRecord) -> Vec<u8>,
}

const LINES: Format = Format {
    file: "audit.jsonl",
    content_type: "application/jsonl",
    disposition: "attachment; filename=\"audit.jsonl\"",
    head: Vec::new,
    line: |record| {
        // Texts, numbers and JSON always serialise.
        let mut line = serde_json::to_vec(&record).unwrap_or_default();
        line.push(b'\n');
        line
    },
};

const CSV: Format = Format {
    file: "audit.csv",
    content_type: "text/csv; charset=utf-8; header=present",
    disposition: "attachment; filename=\"audit.csv\"",
    head: || spreadsheet::line(&view::COLUMNS.map(str::to_owned)),
    line: |record| spreadsheet::line(&view::cells(record)),
};

async fn answer(
    services: Arc<Services>,
    reading: Reading,
    asked: Asked,
    mut parameters: Parameters,
    format: &'static Format,
) -> Result<Response, Refusal> {
    let filter = filter(&mut parameters);
    parameters.finish()?;
    asked.record(&services, &reading.caller, format.file).await?;
    let export = Export { services, scope: reading.scope, filter };
    // The first page is read before anything is sent, so that what fails at once is said.
    let first = export.page(None).await?;
    let begun = (export, Some(Step::First(first)));
    let body = Body::from_stream(try_unfold(begun, move |(export, step)| async move {
        let Some(step) = step else { return Ok(None) };
        let (mut rows, page) = match step {
            Step::First(page) => ((format.head)(), page),
            Step::After(at) => (Vec::new(), export.page(Some(at)).await?),
        };
        rows.extend(page.items.into_iter().flat_map(|found| (format.line)(view::record(found))));
        Ok::<_, ReadError>(Some((rows, (export, page.next.map(Step::After)))))
    }));
    let headers =
        [(header::CONTENT_TYPE, format.content_type), (header::CONTENT_DISPOSITION, format.disposition)];
    Ok((headers, body).into_response())
}

struct Export {
    services: Arc<Services>,
    scope: Scope,
    filter: AuditFilter,
}

enum Step {
    First(Paged<Found>),
    After(Position),
}

impl Export {
    async fn page(&self, after: Option<Position>) -> Result<Paged<Found>, ReadError> {
        audit::page(&self.services, &self.scope, &self.filter, after, AT_ONCE).await
    }
}

//! `GET /api/v1/profiles.csv`: the User Profile Listing, whole, in constant memory.
//!
//! Page after page is read and sent on; a reader that is slow makes the database wait for nothing, because no query stays
//! open between pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use countersign_api::profiles::ProfileQuery;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::listing::Position;
use countersign_core::directory::service_hours::TimedFunction;
use countersign_service::Services;
use countersign_service::directory::reading::page::Paged;
use countersign_service::directory::reading::profiles::{self, Listing};
use futures_util::stream::try_unfold;

use super::list::listing;
use super::table;
use crate::http::management::caller::Reading;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::Refusal;
use crate::http::management::taken::Asked;

/// Profiles read at once.
const AT_ONCE: u16 = 500;

/// Exports user profiles in the caller's scope as CSV.
#[utoipa::path(
    get,
    path = "/profiles.csv",
    operation_id = "export_profiles",
    tag = "Profiles",
    params(ProfileQuery),
    responses((status = 200, description = "All profiles, as CSV.", body = String, content_type = "text/csv"))
)]
pub(in crate::http::management) async fn export(
    State(services): State<Arc<Services>>,
    reading: Reading,
    asked: Asked,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    services.hours.open_at(TimedFunction::UserProfileListing, services.now())?;
    answer(services, reading, asked, parameters).await
}

/// The listing as CSV. The first page is read before anything is sent, so that what fails at once is said.
pub(super) async fn answer(
    services: Arc<Services>,
    reading: Reading,
    asked: Asked,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    let listing = listing(&mut parameters);
    parameters.finish()?;
    asked.record(&services, &reading.caller, "profiles.csv").await?;
    let export = Export { services, scope: reading.scope, listing };
    let first = export.page(None).await?;
    let begun = (export, Some(Step::First(first)));
    let body = Body::from_stream(try_unfold(begun, |(export, step)| async move {
        let Some(step) = step else { return Ok(None) };
        let (head, page) = match step {
            Step::First(page) => (table::head(), page),
            Step::After(at) => (Vec::new(), export.page(Some(at)).await?),
        };
        let rows = [head, table::rows(page.items)].concat();
        Ok::<_, profiles::ReadError>(Some((rows, (export, page.next.map(Step::After)))))
    }));
    Ok((HEADERS, body).into_response())
}

const HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
    (header::CONTENT_DISPOSITION, "attachment; filename=\"profiles.csv\""),
];

struct Export {
    services: Arc<Services>,
    scope: Scope,
    listing: Listing,
}

enum Step {
    First(Paged<DirectoryEntry>),
    After(Position),
}

impl Export {
    async fn page(&self, after: Option<Position>) -> Result<Paged<DirectoryEntry>, profiles::ReadError> {
        profiles::page(&self.services, &self.scope, &self.listing, after, AT_ONCE).await
    }
}

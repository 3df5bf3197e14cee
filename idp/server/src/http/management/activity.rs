//! `GET /api/v1/dormant` and `GET /api/v1/login-activity`: who has not used the house, and who has.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use countersign_api::activity::{
    DORMANT_DAYS, DormantQuery, LoginActivityQuery, LoginRecord, MAX_DORMANT_DAYS,
};
use countersign_api::page::{Page, PageQuery};
use countersign_api::profiles::ProfileSummary;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::listing::{Order, ProfileFilter, ProfileSort};
use countersign_core::from_millis;
use countersign_service::Services;
use countersign_service::directory::reading::profiles::{self, Listing};

use super::caller::Reading;
use super::pages;
use super::parameters::Parameters;
use super::profiles::summary::summary;
use super::refusal::Refusal;

/// Lists profiles that have not been used for some days, the longest unused first.
#[utoipa::path(
    get,
    path = "/dormant",
    operation_id = "list_dormant",
    tag = "Activity",
    params(DormantQuery, PageQuery),
    responses((status = 200, description = "A page of profiles.", body = Page<ProfileSummary>))
)]
pub(super) async fn dormant(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<ProfileSummary>>, Refusal> {
    let days = parameters.number("days", 1..=MAX_DORMANT_DAYS).unwrap_or(DORMANT_DAYS);
    let since = services.now() - TimeDelta::days(days.into());
    let filter = ProfileFilter { dormant_since: Some(since), ..ProfileFilter::default() };
    let listing = Listing { filter, by: ProfileSort::LastLogin, order: Order::Asc };
    answer(&services, &reading, parameters, listing, summary).await
}

/// Lists the last access of each profile, the newest first.
#[utoipa::path(
    get,
    path = "/login-activity",
    operation_id = "list_login_activity",
    tag = "Activity",
    params(LoginActivityQuery, PageQuery),
    responses((status = 200, description = "A page of accesses.", body = Page<LoginRecord>))
)]
pub(super) async fn login_activity(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<LoginRecord>>, Refusal> {
    // Whoever was never there was last there at 0.
    let since = parameters.instant("since").unwrap_or_default().max(from_millis(1));
    let filter = ProfileFilter { used_since: Some(since), ..ProfileFilter::default() };
    let listing = Listing { filter, by: ProfileSort::LastLogin, order: Order::Desc };
    answer(&services, &reading, parameters, listing, record).await
}

async fn answer<T>(
    services: &Services,
    reading: &Reading,
    mut parameters: Parameters,
    listing: Listing,
    show: impl FnMut(DirectoryEntry) -> T,
) -> Result<Json<Page<T>>, Refusal> {
    let wanted = pages::wanted(&mut parameters, &listing.cursors());
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let found = profiles::page(services, &reading.scope, &listing, wanted.after, wanted.limit).await?;
    let count =
        if counted { Some(profiles::count(services, &reading.scope, &listing.filter).await?) } else { None };
    Ok(Json(pages::page(found, listing.cursors(), count, show)))
}

fn record(entry: DirectoryEntry) -> LoginRecord {
    let (time, method, source) = match entry.last_access {
        Some(access) => (access.time, access.method, access.source),
        None => (from_millis(0), String::new(), String::new()),
    };
    LoginRecord {
        user_id: entry.user_id,
        clearing_house: entry.clearing_house.as_str().to_owned(),
        participant: entry.participant,
        surname: entry.surname,
        other_names: entry.other_names,
        time,
        method,
        source,
    }
}

//! `GET /api/v1/profiles`: User Profile Listing, page by page, or whole where CSV is asked for.

use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use countersign_api::page::{Page, PageQuery};
use countersign_api::profiles::{ProfileQuery, ProfileSummary};
use countersign_core::directory::business_group::BusinessUserGroup;
use countersign_core::directory::listing::ProfileFilter;
use countersign_core::directory::search;
use countersign_core::directory::service_hours::TimedFunction;
use countersign_core::journey::steps::{Channel, UnknownChannel};
use countersign_service::Services;
use countersign_service::directory::reading::profiles::{self, Listing};

use super::export;
use super::summary::summary;
use crate::http::management::caller::Reading;
use crate::http::management::pages;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::Refusal;
use crate::http::management::taken::Asked;

/// Lists user profiles in the caller's scope. With `Accept: text/csv` the whole listing comes as CSV, and the parameters
/// of pages are unknown.
#[utoipa::path(
    get,
    path = "/profiles",
    operation_id = "list_profiles",
    tag = "Profiles",
    params(ProfileQuery, PageQuery),
    responses((
        status = 200,
        description = "A page of profiles; or all of them, as CSV.",
        content((Page<ProfileSummary> = "application/json"), (String = "text/csv"))
    ))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    headers: HeaderMap,
    asked: Asked,
    mut parameters: Parameters,
) -> Result<Response, Refusal> {
    services.hours.open_at(TimedFunction::UserProfileListing, services.now())?;
    if wants_csv(&headers) {
        return export::answer(services, reading, asked, parameters).await;
    }
    let listing = listing(&mut parameters);
    let wanted = pages::wanted(&mut parameters, &listing.cursors());
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let found = profiles::page(&services, &reading.scope, &listing, wanted.after, wanted.limit).await?;
    let count =
        if counted { Some(profiles::count(&services, &reading.scope, &listing.filter).await?) } else { None };
    Ok(Json(pages::page(found, listing.cursors(), count, summary)).into_response())
}

/// Whether CSV is asked for rather than JSON.
pub(in crate::http::management) fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("text/csv")
}

/// Reads what is listed, and how it is sorted.
pub(super) fn listing(parameters: &mut Parameters) -> Listing {
    let words = parameters.text("q", 100).map(|text| search::words(&text).collect()).unwrap_or_default();
    let channel = parameters.one_of("channel").map(|Wanted(channel)| channel);
    Listing {
        filter: ProfileFilter {
            words,
            status: parameters.one_of("status"),
            kind: parameters.one_of("kind"),
            group: group(parameters),
            channel,
            two_factor: parameters.one_of("two_factor"),
            migration: parameters.one_of("migration"),
            dormant_since: parameters.instant("dormant_since"),
            used_since: None,
            card: parameters.one_of("card"),
            clearing_house: parameters.one_of("clearing_house"),
            participant: parameters.text("participant", 20),
        },
        by: parameters.one_of("sort").unwrap_or_default(),
        order: parameters.one_of("order").unwrap_or_default(),
    }
}

/// `app`, `email` or `none`.
struct Wanted(Option<Channel>);

impl FromStr for Wanted {
    type Err = UnknownChannel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Self(None)) } else { text.parse().map(|channel| Self(Some(channel))) }
    }
}

fn group(parameters: &mut Parameters) -> Option<String> {
    parameters.one_of("group").map(|group: BusinessUserGroup| group.to_string())
}

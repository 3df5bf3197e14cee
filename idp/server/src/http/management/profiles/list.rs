//! `GET /api/v1/profiles`: User Profile Listing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::page::{DEFAULT_LIMIT, MAX_LIMIT, Page, PageQuery};
use countersign_api::profiles::{ProfileQuery, ProfileSummary};
use countersign_core::directory::listing::{Position, ProfileFilter};
use countersign_core::directory::search;
use countersign_service::Services;
use countersign_service::directory::reading::cursor;
use countersign_service::directory::reading::profiles::{self, Listing};

use super::summary::summary;
use crate::http::management::caller::Reading;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::{Fault, Refusal};

/// Lists user profiles in the caller's scope.
#[utoipa::path(
    get,
    path = "/profiles",
    operation_id = "list_profiles",
    tag = "Profiles",
    params(ProfileQuery, PageQuery),
    responses((status = 200, description = "A page of profiles.", body = Page<ProfileSummary>))
)]
pub(in crate::http::management) async fn list(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<ProfileSummary>>, Refusal> {
    let listing = listing(&mut parameters);
    let wanted = page_wanted(&mut parameters, &listing);
    parameters.finish()?;
    let failed = |error| Refusal::internal(&error);
    let page = profiles::page(&services, &reading.scope, &listing, wanted.after, wanted.limit);
    let page = page.await.map_err(failed)?;
    let count = if wanted.count {
        Some(profiles::count(&services, &reading.scope, &listing.filter).await.map_err(failed)?)
    } else {
        None
    };
    let next = page.cursor(&listing);
    Ok(Json(Page { items: page.entries.into_iter().map(summary).collect(), next, count }))
}

struct PageWanted {
    limit: u16,
    after: Option<Position>,
    count: bool,
}

fn page_wanted(parameters: &mut Parameters, listing: &Listing) -> PageWanted {
    let after = parameters.text("cursor", 1_000).and_then(|text| {
        let after = cursor::read(&text, listing.by, listing.order).ok();
        after.or_else(|| parameters.wrong("cursor", Fault::ForeignCursor))
    });
    PageWanted {
        limit: parameters.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT),
        after,
        count: parameters.one_of("count").unwrap_or_default(),
    }
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
            clearing_house: parameters.one_of("clearing_house"),
            participant: parameters.text("participant", 20),
        },
        by: parameters.one_of("sort").unwrap_or_default(),
        order: parameters.one_of("order").unwrap_or_default(),
    }
}

/// `app`, `email` or `none`.
struct Wanted(Option<countersign_core::journey::steps::Channel>);

impl std::str::FromStr for Wanted {
    type Err = countersign_core::journey::steps::UnknownChannel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Self(None)) } else { text.parse().map(|channel| Self(Some(channel))) }
    }
}

fn group(parameters: &mut Parameters) -> Option<String> {
    let group = parameters.text("group", 2)?;
    let sound =
        group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if sound { Some(group) } else { parameters.wrong("group", Fault::NotAllowed) }
}

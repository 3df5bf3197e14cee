//! `GET /api/v1/groups`: User Group Listing, with the functions that each group grants.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::groups::{Group, GroupName, GroupQuery};
use countersign_api::page::{Page, PageQuery};
use countersign_core::directory::search;
use countersign_service::Services;
use countersign_service::directory::reading::groups::{self, Found, Listing};

use super::caller::Reading;
use super::pages;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Lists business user groups and the functions that each grants. They are the installation's: everybody who may look
/// sees all of them.
#[utoipa::path(
    get,
    path = "/groups",
    operation_id = "list_groups",
    tag = "Groups",
    params(GroupQuery, PageQuery),
    responses((status = 200, description = "A page of groups.", body = Page<Group>))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    _: Reading,
    mut parameters: Parameters,
) -> Result<Json<Page<Group>>, Refusal> {
    let words = parameters.text("q", 100).map(|text| search::words(&text).collect()).unwrap_or_default();
    let listing = Listing {
        words,
        function: parameters.one_of("function"),
        by: parameters.one_of("sort").unwrap_or_default(),
        order: parameters.one_of("order").unwrap_or_default(),
    };
    let wanted = pages::wanted(&mut parameters, &listing.cursors());
    let counted = parameters.one_of("count").unwrap_or(false);
    parameters.finish()?;
    let (found, count) = groups::page(&services, &listing, wanted.after.as_ref(), wanted.limit).await?;
    Ok(Json(pages::page(found, listing.cursors(), counted.then_some(count), group)))
}

fn group(found: Found) -> Group {
    let definition = found.definition;
    Group {
        code: definition.code.to_string(),
        name: GroupName {
            en: definition.name.en.to_string(),
            zh_hant: definition.name.zh_hant.to_string(),
            zh_hans: definition.name.zh_hans.to_string(),
        },
        functions: definition.functions.iter().map(ToString::to_string).collect(),
        version: found.version,
    }
}

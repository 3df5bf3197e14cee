//! `GET /api/v1/profiles/{user_id}`: Enquire User Profile.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::profiles::{OpenSession, Profile};
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::ids::RequestId;
use countersign_core::oauth::session::Session;
use countersign_service::Services;
use countersign_service::directory::reading::profiles;
use countersign_service::directory::reading::requests::open_about;

use super::summary::summary;
use crate::http::management::caller::Reading;
use crate::http::management::etag::etag;
use crate::http::management::parameters::{Named, Parameters};
use crate::http::management::refusal::{Kind, Refusal};

/// Shows one user profile. One that the caller may not see is not there.
#[utoipa::path(
    get,
    path = "/profiles/{user_id}",
    operation_id = "show_profile",
    tag = "Profiles",
    params(("user_id" = String, Path, example = "HKABC101")),
    responses((status = 200, description = "The profile.", body = Profile, headers(("etag", description = "Its version, for If-Match."))))
)]
pub(in crate::http::management) async fn show(
    State(services): State<Arc<Services>>,
    reading: Reading,
    Named(user_id): Named,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    parameters.finish()?;
    let found = profiles::find(&services, &reading.scope, &user_id).await?;
    let found = found.ok_or_else(|| Refusal::new(Kind::NotFound))?;
    let sessions = profiles::sessions(&services, &found).await?;
    let open = open_about(&services, &reading.scope, &found.user_id).await?;
    let tag = etag(found.version);
    Ok(([(header::ETAG, tag)], Json(profile(found, sessions, open))).into_response())
}

fn profile(entry: DirectoryEntry, sessions: Vec<Session>, open: Option<RequestId>) -> Profile {
    let rights = serde_json::to_value(&entry.capabilities.access_levels).unwrap_or_default();
    Profile {
        access_levels: serde_json::from_value(rights).unwrap_or_default(),
        options: entry.options.clone(),
        last_login_source: entry.last_access.as_ref().map(|access| access.source.clone()),
        locked_at: entry.locked_at,
        sessions: sessions.into_iter().map(open_session).collect(),
        created_in: entry.created_in.as_str().to_owned(),
        created_at: entry.created_at,
        updated_at: entry.updated_at,
        version: entry.version,
        open_request: open.map(|id| id.as_str().to_owned()),
        summary: summary(entry),
    }
}

fn open_session(session: Session) -> OpenSession {
    OpenSession {
        began: session.created_at,
        last_used: session.last_used_at,
        method: session.acr.short().to_owned(),
        source: session.source,
        user_agent: session.user_agent,
    }
}

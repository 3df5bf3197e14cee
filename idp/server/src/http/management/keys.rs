//! `GET /api/v1/keys`: signing keys and when each does what, for operators and the auditor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::keys::{Key, Keys};
use countersign_service::Services;
use countersign_service::keys::{KeyListing, list as all};

use super::caller::Overseeing;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Lists the signing keys, oldest first. For operators and the auditor.
#[utoipa::path(
    get,
    path = "/keys",
    operation_id = "list_keys",
    tag = "Keys",
    responses((status = 200, description = "Every signing key.", body = Keys))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    _: Overseeing,
    parameters: Parameters,
) -> Result<Json<Keys>, Refusal> {
    parameters.finish()?;
    let keys = all(&services).await.map_err(|error| Refusal::internal(&error))?;
    Ok(Json(Keys { items: keys.into_iter().map(key).collect() }))
}

fn key(listing: KeyListing) -> Key {
    let KeyListing { life, state, created_at } = listing;
    Key {
        kid: life.kid,
        algorithm: life.alg.as_str().to_owned(),
        state: state.as_str().to_owned(),
        created_at,
        activates_at: life.activates_at,
        retires_at: life.retires_at,
        removed_at: life.removed_at,
    }
}

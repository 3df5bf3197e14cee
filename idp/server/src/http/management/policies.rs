//! `GET /api/v1/policies`: the policies that operators may change, for operators and the auditor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::policies::{Policies, Policy, PolicySource};
use countersign_core::policy::Unit;
use countersign_service::Services;
use countersign_service::directory::reading::policies::{self, Found, Source};

use super::caller::Overseeing;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Lists the policies that operators may change, by name. For operators and the auditor.
#[utoipa::path(
    get,
    path = "/policies",
    operation_id = "list_policies",
    tag = "Policies",
    responses((status = 200, description = "Every policy that may be changed.", body = Policies))
)]
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    _: Overseeing,
    parameters: Parameters,
) -> Result<Json<Policies>, Refusal> {
    parameters.finish()?;
    let found = policies::all(&services).await?;
    Ok(Json(Policies { items: found.into_iter().map(policy).collect() }))
}

fn policy(found: Found) -> Policy {
    let Found { policy, value, configured, source, left_out, version } = found;
    let range = (policy.unit != Unit::Word).then_some(policy.range);
    Policy {
        name: policy.name.to_owned(),
        value,
        configured,
        source: match source {
            Source::Default => PolicySource::Default,
            Source::Configuration => PolicySource::Configuration,
            Source::Request => PolicySource::Request,
        },
        unit: policy.unit.as_str().to_owned(),
        least: range.map(|(least, _)| least),
        most: range.map(|(_, most)| most),
        left_out,
        version,
    }
}

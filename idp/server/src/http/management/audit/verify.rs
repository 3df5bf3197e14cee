//! `GET /api/v1/audit/verify`: how the trail stands, and whether a stretch of it is what was written.
//!
//! A long trail takes longer than anybody holds a request open, so each call proves a bounded stretch and says where the
//! next begins. Nothing is kept between them: any node may serve the next.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::audit::{AuditCheckpoint, AuditFinding, MAX_PROVED, PROVED, Verification, VerifyQuery};
use countersign_core::audit::Finding;
use countersign_core::from_millis;
use countersign_service::Services;
use countersign_service::audit::{self, Stretch, TrailState, VerifyError, verify_stretch};

use crate::http::management::caller::Reading;
use crate::http::management::parameters::Parameters;
use crate::http::management::refusal::{Fault, Flaw, Kind, Refusal};

/// Says how the audit trail stands, and proves a stretch of it against the keys and checkpoints of the database. Only
/// operators and the reading auditor may: the chain runs through everybody's records.
#[utoipa::path(
    get,
    path = "/audit/verify",
    operation_id = "verify_audit",
    tag = "Audit",
    params(VerifyQuery),
    responses((status = 200, description = "What came of it.", body = Verification))
)]
pub(in crate::http::management) async fn verify(
    State(services): State<Arc<Services>>,
    reading: Reading,
    mut parameters: Parameters,
) -> Result<Json<Verification>, Refusal> {
    if reading.scope.participant().is_some() {
        return Err(Refusal::new(Kind::Forbidden));
    }
    let after = parameters.place("after").unwrap_or_default();
    let most = parameters.number("limit", 1..=MAX_PROVED).unwrap_or(PROVED);
    parameters.finish()?;
    let stretch = verify_stretch(&services, after, most.into()).await?.ok_or_else(|| {
        let flaw = Flaw { field: "after".to_owned(), fault: Fault::NotAllowed };
        Refusal::of(Kind::InvalidParameters, vec![flaw])
    })?;
    Ok(Json(verification(audit::state(&services).await?, stretch)))
}

fn verification(state: TrailState, stretch: Stretch) -> Verification {
    let Stretch { after, verdict, complete } = stretch;
    let to = verdict.last.max(after);
    let published = state.published;
    Verification {
        sealed_to: state.sealed_to,
        waiting: state.waiting,
        checkpoint: state.checkpoint.map(|checkpoint| AuditCheckpoint {
            number: checkpoint.number,
            place: checkpoint.seq,
            time: from_millis(checkpoint.at),
            kid: checkpoint.kid,
            published,
        }),
        sound: verdict.findings.is_empty(),
        after,
        to,
        records: verdict.records,
        checkpoints: verdict.checkpoints,
        signed_to: verdict.agreed,
        complete,
        next: (!complete).then_some(to),
        findings: verdict.findings.iter().map(finding).collect(),
        more: verdict.more,
    }
}

fn finding(finding: &Finding) -> AuditFinding {
    AuditFinding {
        code: finding.code().to_owned(),
        message: finding.to_string(),
        record: finding.record().map(str::to_owned),
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::internal(&error)
    }
}

//! What the audit trail says was submitted. A request's row holds its own hash, so whoever can write the row can write
//! both; the trail's record of the submission has its writer's proof, which nobody without the master key can make.

use countersign_core::audit::Action;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::change_request::ChangeRequest;
use countersign_store::{Audit, AuditFilter, StoreError, Tx};

use crate::Services;
use crate::audit::proof;

/// Records of one submission that are looked at: a large request has several, and the first names the hash.
const RECORDS: u64 = 200;

/// Whether the trail has a genuine record that this maker submitted this document.
pub(super) async fn submitted(
    services: &Services,
    tx: &Tx,
    request: &ChangeRequest,
) -> Result<bool, StoreError> {
    let filter = AuditFilter {
        action: Some(Action::RequestSubmitted),
        request: Some(request.id.clone()),
        ..AuditFilter::default()
    };
    let everything = Scope::of_the_installation();
    let found = Audit::on(tx.connection()).search(&everything, &filter, None, RECORDS).await?;
    Ok(found.iter().map(|found| &found.record).any(|record| {
        let body: serde_json::Value = serde_json::from_str(&record.body).unwrap_or_default();
        let Some(after) = body.get("after") else { return false };
        after.get("document_hash").is_some_and(|hash| hash == request.signed.hash().as_str())
            && after.get("maker").is_some_and(|maker| maker == request.maker.profile_id.as_str())
            && record.mac == proof(services, record)
    }))
}

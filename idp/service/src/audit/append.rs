//! Writing a record. Writers only ever insert, so none of them waits for another.

use countersign_core::audit::{Action, AuditActor, AuditEntry, AuditRecord, Owner, Subject};
use countersign_core::directory::profile::Profile;
use countersign_core::ids::AuditId;
use countersign_store::{Audit, StoreError, Tx};

use crate::{Purpose, Services};

/// Writes `entry` as part of `tx`, the transaction of what it records; gives the record's identifier. One statement.
///
/// What is denied has a transaction of its own: begin one, append, commit.
pub async fn append(services: &Services, tx: &Tx, entry: AuditEntry) -> Result<AuditId, StoreError> {
    let id = AuditId::generate(&*services.entropy);
    let owner = entry.owner.clone();
    let mut record = AuditRecord::draft(&id, services.now(), entry);
    record.mac = proof(services, &record);
    Audit::on(tx.connection()).append(&record, &owner).await?;
    Ok(id)
}

/// Records that `client` presented a token of `profile` that was used before; `what` it was.
pub(crate) async fn append_reuse(
    services: &Services,
    tx: &Tx,
    (client, what): (&str, &str),
    profile: &Profile,
) -> Result<(), StoreError> {
    let entry = AuditEntry::new(Action::TokenReused, AuditActor::Client(client.to_owned()))
        .about(Subject::profile(&profile.id, &profile.user_id))
        .owned_by(Owner::ParticipantOf(profile.id.clone()))
        .denied(what);
    append(services, tx, entry).await?;
    Ok(())
}

/// What nobody without the master key can put under a record.
pub(crate) fn proof(services: &Services, record: &AuditRecord) -> String {
    services.vault.keyed_hash(Purpose::AuditRecord, &[&record.authored_bytes()]).as_str().to_owned()
}

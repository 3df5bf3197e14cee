//! Data about people that leaves as a file is recorded before the first line of it goes out.

use countersign_core::audit::{Action, AuditActor, AuditEntry, Owner, Subject, SubjectKind};
use countersign_store::StoreError;
use serde_json::json;

use super::append;
use crate::Services;
use crate::directory::caller::Caller;

/// Records that `caller` takes `file` out, of what `query` asks for.
pub async fn taken_out(
    services: &Services,
    caller: &Caller,
    (file, query): (&str, &str),
    source: &str,
) -> Result<(), StoreError> {
    let (actor, owner) = match caller {
        Caller::Person(actor) if actor.is_operator() => {
            (AuditActor::Person((&**actor).into()), Owner::Installation)
        }
        Caller::Person(actor) => {
            (AuditActor::Person((&**actor).into()), Owner::Participant(actor.participant.clone()))
        }
        Caller::Auditor { client_id } => (AuditActor::Client(client_id.clone()), Owner::Installation),
    };
    let entry = AuditEntry::new(Action::DataExported, actor)
        .about(Subject::new(SubjectKind::Installation, file, file))
        .owned_by(owner)
        .from_source(source)
        .after(json!({ "query": query }));
    let tx = services.store.begin().await?;
    append(services, &tx, entry).await?;
    tx.commit().await
}

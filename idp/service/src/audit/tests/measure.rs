//! Measured, not judged: how long it takes to prove a million records.
//! `cargo test -p countersign-service --release -- --ignored --nocapture a_million_records`

use std::fmt::Write as _;
use std::time::Instant;

use countersign_core::audit::{AuditRecord, ChainHash};
use countersign_core::ids::{AuditId, ParticipantKey, ProfileId};

use super::support::{administrator, findings, sealer};
use crate::audit::append::proof;
use crate::audit::public_keys;
use crate::testing::{TestNode, nodes};

const RECORDS: i64 = 1_000_000;
const BATCH: i64 = 1_000;

fn quoted(text: Option<&str>) -> String {
    text.map_or("NULL".to_owned(), |text| format!("'{text}'"))
}

/// The record of a login, as the login writes it.
fn record(node: &TestNode, seq: i64) -> AuditRecord {
    let person = (&administrator(&ParticipantKey::from_stored("abc"))).into();
    let profile = ProfileId::from_stored(format!("{seq:032x}"));
    let entry = countersign_core::audit::AuditEntry::new(
        countersign_core::audit::Action::LoggedIn,
        countersign_core::audit::AuditActor::Person(person),
    )
    .about(countersign_core::audit::Subject::profile(&profile, "HKABC101"))
    .from_source("203.0.113.7")
    .after(serde_json::json!({"method": "otp-app", "session": profile.as_str()}));
    let id = AuditId::from_stored(format!("{seq:032x}"));
    let mut record = AuditRecord::draft(&id, node.services.now(), entry);
    record.mac = proof(&node.services, &record);
    record.participant_id = Some("abc".to_owned());
    record
}

async fn fill(node: &TestNode) {
    for index in ["time", "participant", "actor", "subject", "request", "unsealed"] {
        let index = if index == "unsealed" { index.to_owned() } else { format!("by_{index}") };
        node.database.tamper(&format!("DROP INDEX audit_records_{index}")).await;
    }
    let mut link = ChainHash::START;
    for first in (1..=RECORDS).step_by(usize::try_from(BATCH).unwrap()) {
        let mut sql = "INSERT INTO audit_records (id, at, action, outcome, actor_kind, actor_id, actor_name, \
                       actor_participant, subject_kind, subject_id, subject_name, participant_id, source, body, \
                       mac, seq, chain) VALUES "
            .to_owned();
        for seq in first..first + BATCH {
            let record = record(node, seq);
            link = link.then(seq, &record);
            let texts = [
                Some(record.action.as_str()),
                Some(&record.outcome),
                Some(&record.actor_kind),
                record.actor_id.as_deref(),
                record.actor_name.as_deref(),
                record.actor_participant.as_deref(),
                record.subject_kind.as_deref(),
                record.subject_id.as_deref(),
                record.subject_name.as_deref(),
                record.participant_id.as_deref(),
                record.source.as_deref(),
                Some(&record.body),
                Some(&record.mac),
            ];
            let texts = texts.map(quoted).join(",");
            let comma = if seq == first { "" } else { "," };
            write!(sql, "{comma}('{}',{},{texts},{seq},'{link}')", record.id, record.at).unwrap();
        }
        node.database.tamper(&sql).await;
    }
    node.database.tamper(&format!("UPDATE audit_sealer SET seq = {RECORDS}, chain = '{link}'")).await;
    sealer(&node.services).turn(&node.services).await.unwrap();
    assert_eq!(public_keys(&node.services).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_million_records() {
    for node in nodes().await {
        let begun = Instant::now();
        fill(&node).await;
        let filled = begun.elapsed();
        let begun = Instant::now();
        assert_eq!(findings(&node.services).await, []);
        let kind = node.database.kind;
        println!("{RECORDS} records on {kind}: proved in {:?} (written in {filled:?})", begun.elapsed());
    }
}

//! Records to try things on.

use chrono::TimeDelta;
use countersign_core::audit::{
    Action, AuditActor, AuditEntry, CheckpointKey, Finding, Owner, Subject, SubjectKind,
};
use countersign_core::directory::actor::{Actor, Proof, Scope};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::ids::{ParticipantKey, ProfileId, RequestId, SessionId};
use countersign_core::oauth::acr::Acr;
use countersign_store::{Audit, AuditFilter, FoundRecord};

use crate::Services;
use crate::audit::{CheckpointSource, Sealer, Turn, Witnesses, append, unpublished, verify};

/// An administrator of a participant.
pub(super) fn administrator(participant: &ParticipantKey) -> Actor {
    let levels = [AccessLevel::Maker, AccessLevel::Checker].into();
    Actor {
        profile_id: ProfileId::from_stored("p1"),
        user_id: "HKABC1X1".into(),
        clearing_house: ClearingHouse::Hkcc,
        participant: participant.clone(),
        participant_id: "ABC".into(),
        capabilities: Capabilities {
            access_levels: [(DaFunction::SecurityManagement, levels)].into(),
            ..Capabilities::default()
        },
        email: None,
        proof: Some(Proof {
            session: SessionId::from_stored("s"),
            acr: Acr::OtpApp,
            auth_time: countersign_core::from_millis(0),
        }),
    }
}

/// Writes `entry` in a transaction of its own.
pub(super) async fn write(services: &Services, entry: AuditEntry) {
    let tx = services.store.begin().await.unwrap();
    append(services, &tx, entry).await.unwrap();
    tx.commit().await.unwrap();
}

/// Something that a job did.
pub(super) fn by_a_job() -> AuditEntry {
    AuditEntry::new(Action::JobRan, AuditActor::Job("test"))
}

/// All that `filter` finds in the whole installation, newest first.
pub(super) async fn found(services: &Services, filter: &AuditFilter) -> Vec<FoundRecord> {
    let scope = Scope::of_the_installation();
    Audit::on(services.store.read()).search(&scope, filter, None, 1000).await.unwrap()
}

/// A sealer of its own, which signs a checkpoint at every turn.
pub(super) fn sealer(services: &Services) -> Sealer {
    Sealer::new(&*services.entropy, TimeDelta::zero())
}

/// Writes `count` records of different kinds and lets them be sealed and signed.
pub(super) async fn write_and_seal(services: &Services, sealer: &Sealer, count: usize) {
    for number in 0..count {
        let participant = ParticipantKey::from_stored(format!("p{number}"));
        let entry = by_a_job()
            .owned_by(Owner::Participant(participant))
            .about(Subject::new(SubjectKind::Profile, "s", "HKABC101"))
            .on_request(RequestId::from_stored("r"))
            .checked_by(&administrator(&ParticipantKey::from_stored("abc")))
            .from_source("192.0.2.1")
            .because(number.to_string());
        write(services, entry).await;
    }
    assert_eq!(sealer.turn(services).await.unwrap(), Turn::Sealed(count));
}

/// What has left the machine so far, as a file.
pub(super) async fn left(services: &Services) -> String {
    let checkpoints = unpublished(services, 1000).await.unwrap();
    checkpoints.iter().map(|one| serde_json::to_string(one).unwrap() + "\n").collect()
}

pub(super) fn file(lines: &str) -> CheckpointSource {
    let lines = lines.as_bytes().to_vec();
    CheckpointSource { name: "checkpoints.jsonl".to_owned(), lines: Box::new(std::io::Cursor::new(lines)) }
}

/// What is wrong with the trail, by itself.
pub(super) async fn findings(services: &Services) -> Vec<Finding> {
    verify(services, Witnesses::default()).await.unwrap().findings
}

/// What is wrong with the trail, beside what left the machine and a key that was kept.
pub(super) async fn findings_beside(
    services: &Services,
    lines: &str,
    keys: &[CheckpointKey],
) -> Vec<Finding> {
    let witnesses = Witnesses { files: vec![file(lines)], keys: keys.to_vec() };
    verify(services, witnesses).await.unwrap().findings
}

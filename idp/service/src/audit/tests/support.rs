//! Records to try things on.

use countersign_core::audit::{Action, AuditActor, AuditEntry};
use countersign_core::directory::actor::{Actor, Proof, Scope};
use countersign_core::directory::capabilities::{AccessLevel, Capabilities, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::ids::{ParticipantKey, ProfileId, SessionId};
use countersign_core::oauth::acr::Acr;
use countersign_store::{Audit, AuditFilter, FoundRecord};

use crate::Services;
use crate::audit::append;

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
        proof: Proof {
            session: SessionId::from_stored("s"),
            acr: Acr::OtpApp,
            auth_time: countersign_core::from_millis(0),
        },
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

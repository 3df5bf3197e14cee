use countersign_core::directory::actor::{Actor, Proof};
use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::options::{TransactionLimit, TransactionLimits};
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::ids::SessionId;
use countersign_core::oauth::acr::Acr;

use super::*;
use crate::Participants;
use crate::testing::databases;

#[tokio::test]
async fn details_are_seen_within_the_scope_alone() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        for code in ["ABC", "DEF"] {
            Participants::on(tx.connection()).add(&participant(code), from_millis(1)).await.unwrap();
        }
        let limit = TransactionLimit::try_from(5_u64).ok();
        let written = DirectoryDetails {
            options: ClearingHouseOptions {
                cash: true,
                transaction_limits: TransactionLimits { di: limit, ..TransactionLimits::default() },
                ..ClearingHouseOptions::default()
            },
            srn: Some("SRN1".to_owned()),
            certificate_expiry: Some(from_millis(9)),
            merged_from: vec![ProfileId::from_stored("former")],
        };
        let profiles = Profiles::on(tx.connection());
        let profile = profile();
        profiles.add(&profile, &key("ABC"), &written).await.unwrap();

        let seen = async |scope: &Scope| profiles.details(scope, &profile.id).await.unwrap();
        assert_eq!(seen(&scope_of("ABC")).await, Some(written.clone()), "{}", database.kind);
        assert_eq!(seen(&Scope::of_the_installation()).await, Some(written));
        assert_eq!(seen(&scope_of("DEF")).await, None);
    }
}

fn key(code: &str) -> ParticipantKey {
    ParticipantKey::from_stored(code)
}

fn participant(code: &str) -> Participant {
    Participant {
        key: key(code),
        clearing_house: ClearingHouse::Hkcc,
        participant: ParticipantCode::parse(ClearingHouse::Hkcc, code).unwrap(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse(code).unwrap(),
        customer_codes: Vec::new(),
        sole_administrator: None,
        closed_at: None,
        version: 1,
    }
}

fn profile() -> Profile {
    Profile {
        id: ProfileId::from_stored("p"),
        user_id: "HKABC101".to_owned(),
        kind: UserKind::BusinessUser,
        clearing_house: ClearingHouse::Hkcc,
        participant: "ABC".to_owned(),
        enabled: true,
        surname: "Chan".to_owned(),
        other_names: "Tai Man".to_owned(),
        email: None,
        enable_from: None,
        disable_after: None,
        created_in: Phase::ParallelRun,
        settlement_agent: None,
        capabilities: Capabilities::default(),
        claims: serde_json::Map::new(),
        locked: false,
        updated_at: from_millis(1),
        version: 1,
    }
}

fn scope_of(code: &str) -> Scope {
    let actor = Actor {
        profile_id: ProfileId::from_stored("administrator"),
        user_id: "HKABC1X1".to_owned(),
        clearing_house: ClearingHouse::Hkcc,
        participant: key(code),
        participant_id: code.to_owned(),
        capabilities: Capabilities {
            access_levels: [(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into())].into(),
            ..Capabilities::default()
        },
        email: None,
        proof: Some(Proof {
            session: SessionId::from_stored("s"),
            acr: Acr::OtpApp,
            auth_time: from_millis(0),
        }),
    };
    actor.scope().unwrap()
}

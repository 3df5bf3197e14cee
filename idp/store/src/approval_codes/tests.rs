use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::ids::ParticipantKey;

use super::*;
use crate::testing::databases;
use crate::{DirectoryDetails, Participants, Profiles, Store};

const LIMIT: u16 = 3;

fn at(local: &str) -> Timestamp {
    format!("{local}:00+08:00").parse().unwrap()
}

/// Two checkers of a participant.
async fn checkers(store: &Store) -> [ProfileId; 2] {
    let tx = store.begin().await.unwrap();
    let key = ParticipantKey::from_stored("abc");
    let participant = Participant {
        key: key.clone(),
        clearing_house: ClearingHouse::Hkcc,
        participant: ParticipantCode::parse(ClearingHouse::Hkcc, "ABC").unwrap(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse("ABC").unwrap(),
        customer_codes: Vec::new(),
        sole_administrator: None,
        closed_at: None,
        version: 1,
    };
    Participants::on(tx.connection()).add(&participant, from_millis(1)).await.unwrap();
    let ids = ["HKABC1X1", "HKABC1X2"].map(ProfileId::from_stored);
    for id in &ids {
        let profile = profile(id);
        Profiles::on(tx.connection()).add(&profile, &key, &DirectoryDetails::default()).await.unwrap();
    }
    tx.commit().await.unwrap();
    ids
}

fn profile(id: &ProfileId) -> Profile {
    Profile {
        id: id.clone(),
        user_id: id.to_string(),
        kind: UserKind::DelegatedAdministrator,
        clearing_house: ClearingHouse::Hkcc,
        participant: "ABC".to_owned(),
        enabled: true,
        surname: "Wong".to_owned(),
        other_names: "Ka Wai".to_owned(),
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

#[tokio::test]
async fn the_third_wrong_entry_revokes_until_a_new_code_is_got() {
    for database in databases().await {
        let [checker, other] = checkers(&database.store).await;
        let tx = database.store.begin().await.unwrap();
        let codes = ApprovalCodes::on(tx.connection());
        let (first, later) = (at("2026-11-25T10:00"), at("2026-11-30T23:59"));
        for wrong in 1..=3 {
            let now = if wrong == 1 { first } else { later };
            let state = codes.try_code(&checker, LIMIT, now).await.unwrap();
            let expected = CodeState { epoch: 0, wrong, wrong_since: Some(first) };
            assert_eq!(state, Some(expected), "{}", database.kind);
        }
        // Neither another try nor another month brings it back.
        for now in [later, at("2026-12-01T00:00")] {
            assert_eq!(codes.try_code(&checker, LIMIT, now).await.unwrap(), None);
        }
        assert_eq!(codes.state(&other).await.unwrap(), CodeState::default(), "another's code is untouched");

        let renewed = CodeState { epoch: 1, wrong: 0, wrong_since: None };
        assert_eq!(codes.obtain(&checker, LIMIT).await.unwrap(), renewed);
        assert_eq!(codes.obtain(&checker, LIMIT).await.unwrap(), renewed, "to look again renews nothing");
        let state = codes.try_code(&checker, LIMIT, later).await.unwrap().unwrap();
        assert_eq!((state.epoch, state.wrong), (1, 1));
    }
}

#[tokio::test]
async fn right_entries_are_not_counted_and_months_are_counted_apart() {
    for database in databases().await {
        let [checker, _] = checkers(&database.store).await;
        let tx = database.store.begin().await.unwrap();
        let codes = ApprovalCodes::on(tx.connection());
        let november = at("2026-11-30T23:59");
        for _ in 0..10 {
            assert!(codes.try_code(&checker, LIMIT, november).await.unwrap().is_some());
            codes.was_right(&checker).await.unwrap();
        }
        for _ in 0..2 {
            codes.try_code(&checker, LIMIT, november).await.unwrap();
        }
        let december = at("2026-12-01T00:00");
        let state = codes.try_code(&checker, LIMIT, december).await.unwrap().unwrap();
        assert_eq!(state, CodeState { epoch: 0, wrong: 1, wrong_since: Some(december) }, "{}", database.kind);
    }
}

#[tokio::test]
async fn a_code_can_be_revoked_before_anybody_guessed() {
    for database in databases().await {
        let [checker, other] = checkers(&database.store).await;
        let tx = database.store.begin().await.unwrap();
        let codes = ApprovalCodes::on(tx.connection());
        codes.revoke(&checker).await.unwrap();
        codes.try_code(&checker, LIMIT, at("2026-11-25T10:00")).await.unwrap();
        codes.revoke(&checker).await.unwrap();
        let state = codes.state(&checker).await.unwrap();
        assert_eq!(state, CodeState { epoch: 2, wrong: 0, wrong_since: None }, "{}", database.kind);
        assert_eq!(codes.state(&other).await.unwrap().epoch, 0);
    }
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_than_the_limit_are_compared() {
    for database in databases().await {
        let [checker, _] = checkers(&database.store).await;
        let guesses = (0..12).map(|_| {
            let (store, checker) = (database.store.clone(), checker.clone());
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let now = at("2026-11-25T10:00");
                let tried = ApprovalCodes::on(tx.connection()).try_code(&checker, LIMIT, now).await.unwrap();
                tx.commit().await.unwrap();
                tried.is_some()
            })
        });
        let mut compared = 0;
        for guess in guesses.collect::<Vec<_>>() {
            compared += u16::from(guess.await.unwrap());
        }
        assert_eq!(compared, LIMIT, "{}", database.kind);
    }
}

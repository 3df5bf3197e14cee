use countersign_core::directory::participant::ParticipantKind;

use super::*;
use crate::testing::databases;

fn participant(house: ClearingHouse, code: &str) -> Participant {
    let code = ParticipantCode::parse(house, code).unwrap();
    Participant {
        key: ParticipantKey::from_stored(format!("{house} {code}")),
        clearing_house: house,
        participant: code.clone(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse("甲 Limited").unwrap(),
        customer_codes: vec![code],
        sole_administrator: None,
        closed_at: None,
        version: 1,
    }
}

#[tokio::test]
async fn a_participant_comes_back_as_it_was_written() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        let participants = Participants::on(tx.connection());
        let hkcc = participant(ClearingHouse::Hkcc, "ABC");
        let seoch = Participant {
            sole_administrator: Some(ProfileId::from_stored("alone")),
            closed_at: Some(from_millis(7)),
            ..participant(ClearingHouse::Seoch, "ABC")
        };
        for one in [&hkcc, &seoch] {
            participants.add(one, from_millis(1)).await.unwrap();
        }
        assert_eq!(participants.find(ClearingHouse::Hkcc, "ABC").await.unwrap(), Some(hkcc.clone()));
        assert_eq!(participants.get(&seoch.key).await.unwrap(), Some(seoch), "{}", database.kind);
        assert_eq!(participants.find(ClearingHouse::Hkscc, "ABC").await.unwrap(), None);
    }
}

#[tokio::test]
async fn of_two_changes_to_one_version_the_first_stands() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        let participants = Participants::on(tx.connection());
        let first = participant(ClearingHouse::Hkcc, "ABC");
        participants.add(&first, from_millis(1)).await.unwrap();

        let renamed = Participant { name: Label::parse("Renamed").unwrap(), ..first.clone() };
        let granted = Participant { sole_administrator: Some(ProfileId::from_stored("x")), ..first };
        assert!(participants.save(&renamed, from_millis(2)).await.unwrap());
        assert!(!participants.save(&granted, from_millis(3)).await.unwrap());
        let kept = participants.get(&renamed.key).await.unwrap().unwrap();
        assert_eq!(kept, Participant { version: 2, ..renamed }, "{}", database.kind);

        let granted = Participant { sole_administrator: Some(ProfileId::from_stored("x")), ..kept };
        assert!(participants.save(&granted, from_millis(4)).await.unwrap());
        let kept = participants.get(&granted.key).await.unwrap().unwrap();
        assert_eq!(kept, Participant { version: 3, ..granted });
        let taken = Participant { sole_administrator: None, ..kept };
        assert!(participants.save(&taken, from_millis(5)).await.unwrap());
        assert_eq!(participants.get(&taken.key).await.unwrap().unwrap().sole_administrator, None);
    }
}

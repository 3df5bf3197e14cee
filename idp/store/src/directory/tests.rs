//! Whole profiles: written only over the version that was read, and read only within a scope.

use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::change_request::blank;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::label::Label;
use countersign_core::directory::participant::{Participant, ParticipantCode, ParticipantKind};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::UserKind;
use countersign_core::journey::lockout::LockedBecause;

use sea_orm::PaginatorTrait as _;

use super::*;
use crate::change_requests::tests::scope;
use crate::entities::profile_terms as terms;
use crate::testing::databases;
use crate::{Activity, Participants, Store};

fn participant(code: &str) -> Participant {
    let code = ParticipantCode::parse(ClearingHouse::Hkcc, code).unwrap();
    Participant {
        key: ParticipantKey::from_stored(code.as_str()),
        clearing_house: ClearingHouse::Hkcc,
        participant: code.clone(),
        kind: ParticipantKind::ClearingParticipant,
        name: Label::parse("A firm").unwrap(),
        customer_codes: vec![code],
        sole_administrator: None,
        closed_at: None,
        version: 1,
    }
}

fn record(participant: &Participant, user_id: &str) -> ProfileRecord {
    let mut record = blank(user_id, UserKind::BusinessUser, participant, Phase::ParallelRun, from_millis(1));
    record.profile.id = ProfileId::from_stored(format!("id of {user_id}"));
    record.profile.surname = "CHAN".to_owned();
    record.profile.email = Some(format!("{user_id}@ABC.example"));
    record.srn = Some("0123".to_owned());
    record.certificate_expiry = Some(from_millis(99));
    record.merged_from = vec![ProfileId::from_stored("former")];
    record.profile.capabilities.business_user_groups = ["11".parse().unwrap()].into();
    record
}

async fn add(store: &Store, record: &ProfileRecord) -> bool {
    let tx = store.begin().await.unwrap();
    let added = Directory::on(tx.connection()).add(record, from_millis(1)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn save(store: &Store, record: &ProfileRecord, base: i64) -> bool {
    let tx = store.begin().await.unwrap();
    let saved = Directory::on(tx.connection()).save(record, base, from_millis(2)).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

async fn remove(store: &Store, record: &ProfileRecord, base: i64) -> bool {
    let tx = store.begin().await.unwrap();
    let removed = Directory::on(tx.connection()).remove(&record.profile.id, base).await.unwrap();
    tx.commit().await.unwrap();
    removed
}

async fn find(store: &Store, user_id: &str) -> Option<ProfileRecord> {
    let everything = Scope::of_the_installation();
    Directory::on(store.read()).find(&everything, user_id).await.unwrap()
}

/// ABC with two people, DEF with one.
async fn town(store: &Store) -> [ProfileRecord; 3] {
    let (abc, def) = (participant("ABC"), participant("DEF"));
    let tx = store.begin().await.unwrap();
    for participant in [&abc, &def] {
        Participants::on(tx.connection()).add(participant, from_millis(1)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let people = [record(&abc, "HKABC101"), record(&abc, "HKABC102"), record(&def, "HKDEF101")];
    for person in &people {
        assert!(add(store, person).await);
    }
    people
}

fn text(record: &ProfileRecord) -> String {
    format!("{record:?}")
}

#[tokio::test]
async fn a_profile_is_read_as_it_was_written() {
    for database in databases().await {
        let [person, ..] = town(&database.store).await;
        let found = find(&database.store, "HKABC101").await.unwrap();
        assert_eq!(text(&found), text(&person), "{}", database.kind);
        let mut changed = found.clone();
        changed.profile.email = None;
        changed.set_status(ProfileStatus::Quarantined);
        changed.options.cash = true;
        changed.profile.capabilities = Capabilities::default();
        assert!(save(&database.store, &changed, 1).await);
        changed.profile.version = 2;
        changed.profile.updated_at = from_millis(2);
        assert_eq!(text(&find(&database.store, "HKABC101").await.unwrap()), text(&changed));
    }
}

#[tokio::test]
async fn nothing_is_written_over_another_version() {
    for database in databases().await {
        let store = &database.store;
        let [person, ..] = town(store).await;
        let mut other = person.clone();
        other.profile.surname = "WONG".to_owned();
        for stale in [0, 2, -1] {
            assert!(!save(store, &other, stale).await, "{} {stale}", database.kind);
            assert!(!remove(store, &person, stale).await);
        }
        assert_eq!(text(&find(store, "HKABC101").await.unwrap()), text(&person));
        assert!(save(store, &other, 1).await);
        assert!(!save(store, &person, 1).await);
        assert!(!remove(store, &person, 1).await);
        assert!(remove(store, &person, 2).await);
        assert!(find(store, "HKABC101").await.is_none());
        assert!(!save(store, &other, 2).await);
        assert!(!remove(store, &person, 2).await);
        assert!(find(store, "HKABC102").await.is_some(), "nobody else went with it");
    }
}

#[tokio::test]
async fn of_many_who_write_over_one_version_one_does() {
    for database in databases().await {
        let [person, ..] = town(&database.store).await;
        let writing = (0..12).map(|number| {
            let (store, mut other) = (database.store.clone(), person.clone());
            other.profile.surname = format!("WONG {number}");
            tokio::spawn(async move {
                match number % 3 {
                    0 => remove(&store, &other, 1).await,
                    _ => save(&store, &other, 1).await,
                }
            })
        });
        let mut done = 0;
        for wrote in writing.collect::<Vec<_>>() {
            done += u32::from(wrote.await.unwrap());
        }
        assert_eq!(done, 1, "{}", database.kind);
    }
}

#[tokio::test]
async fn a_user_id_is_one_persons() {
    for database in databases().await {
        let [person, ..] = town(&database.store).await;
        let mut double = person.clone();
        double.profile.id = ProfileId::from_stored("another");
        double.profile.surname = "WONG".to_owned();
        assert!(!add(&database.store, &double).await, "{}", database.kind);
        assert_eq!(find(&database.store, "HKABC101").await.unwrap().profile.surname, "CHAN");
        let asked = ["HKABC101", "HKDEF101", "HKXYZ101"].map(str::to_owned);
        let taken = Directory::on(database.store.read()).taken(&asked).await.unwrap();
        assert_eq!(taken, asked[..2].iter().cloned().collect());
    }
}

#[tokio::test]
async fn who_is_another_participants_is_not_there() {
    for database in databases().await {
        town(&database.store).await;
        let directory = Directory::on(database.store.read());
        let asked = ["HKABC101", "HKABC102", "HKDEF101"].map(str::to_owned);
        let mailboxes = asked.iter().map(|user_id| format!("{user_id}@abc.example").to_lowercase()).collect();
        for (scope, own) in [(scope("ABC"), vec!["HKABC101", "HKABC102"]), (scope("DEF"), vec!["HKDEF101"])] {
            let found = directory.find_all(&scope, &asked).await.unwrap();
            assert_eq!(found.keys().collect::<Vec<_>>(), own, "{}", database.kind);
            for user_id in &asked {
                let found = directory.find(&scope, user_id).await.unwrap();
                assert_eq!(found.is_some(), own.contains(&user_id.as_str()));
            }
            let having = directory.by_mailbox(&scope, &mailboxes).await.unwrap();
            let having: Vec<_> = having.into_values().flatten().collect();
            assert_eq!(having, own);
        }
    }
}

#[tokio::test]
async fn only_who_is_enabled_is_suspended_and_that_is_a_version() {
    for database in databases().await {
        let [person, other, _] = town(&database.store).await;
        let suspend = async |id: &ProfileId| {
            let tx = database.store.begin().await.unwrap();
            let done = Directory::on(tx.connection()).suspend(id, from_millis(3)).await.unwrap();
            tx.commit().await.unwrap();
            done
        };
        assert!(suspend(&person.profile.id).await, "{}", database.kind);
        assert!(!suspend(&person.profile.id).await);
        let found = find(&database.store, "HKABC101").await.unwrap();
        assert_eq!(
            (found.status, found.profile.enabled, found.profile.version),
            (ProfileStatus::Suspended, false, 2)
        );
        assert!(!save(&database.store, &person, 1).await);
        let mut disabled = other.clone();
        disabled.set_status(ProfileStatus::Disabled);
        assert!(save(&database.store, &disabled, 1).await);
        assert!(!suspend(&other.profile.id).await);
    }
}

#[tokio::test]
async fn a_lock_is_no_part_of_what_is_saved() {
    for database in databases().await {
        let [person, ..] = town(&database.store).await;
        let tx = database.store.begin().await.unwrap();
        let activity = Activity::on(tx.connection());
        assert!(activity.lock(&person.profile.id, LockedBecause::Otps, from_millis(2)).await.unwrap());
        drop(activity);
        tx.commit().await.unwrap();
        assert!(save(&database.store, &person, 1).await);
        assert!(find(&database.store, "HKABC101").await.unwrap().profile.locked, "{}", database.kind);
    }
}

#[tokio::test]
async fn many_are_added_as_one_is_and_in_few_statements() {
    for database in databases().await {
        let store = &database.store;
        town(store).await;
        let abc = participant("ABC");
        let many: Vec<_> = (0..1_201).map(|number| record(&abc, &format!("HKABC2{number:04}"))).collect();
        let add_all = async |records: &[ProfileRecord]| {
            let tx = store.begin().await.unwrap();
            let added = Directory::on(tx.connection()).add_all(records, from_millis(1)).await.unwrap();
            if added.is_ok() {
                tx.commit().await.unwrap();
            }
            added
        };
        let before = store.statements();
        assert_eq!(add_all(&many).await, Ok(()), "{}", database.kind);
        assert!(store.statements() - before < 12, "{} statements", store.statements() - before);
        let one = record(&abc, "HKABC299");
        assert!(add(store, &one).await);
        for user_id in ["HKABC20000", "HKABC21200", "HKABC299"] {
            let found = find(store, user_id).await.unwrap();
            assert_eq!(found.profile.email, Some(format!("{user_id}@ABC.example")), "{}", database.kind);
            let counted = Activity::on(store.read()).wrong_otps(&found.profile.id).await.unwrap();
            assert_eq!((counted, found.profile.version), (0, 1));
            let of_it = terms::Column::ProfileId.eq(found.profile.id.as_str());
            let found = terms::Entity::find().filter(of_it).count(store.read().executor()).await.unwrap();
            // User ID, surname, the two further parts of the address, and the group.
            assert_eq!(found, 5, "{}", database.kind);
        }
        let taken = [record(&abc, "HKABC301"), record(&abc, "HKABC101")];
        let taken = taken.map(|mut record| {
            record.profile.id = ProfileId::from_stored(format!("another {}", record.profile.user_id));
            record
        });
        assert_eq!(add_all(&taken).await, Err("HKABC101".to_owned()), "{}", database.kind);
        assert!(find(store, "HKABC301").await.is_none());
    }
}

//! Units that share a commit, on SQLite.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Set};

use super::{insert, is_there};
use crate::entities::versions;
use crate::testing::{TestDatabase, connect, sqlite};
use crate::{Store, StoreOptions, Tx};

async fn try_insert(tx: &Tx, name: &str) -> bool {
    let row = versions::ActiveModel { name: Set(name.to_owned()), version: Set(1) };
    versions::Entity::insert(row).exec_without_returning(tx.connection().executor()).await.is_ok()
}

async fn sql(tx: &Tx, statement: &str) -> Result<(), sea_orm::DbErr> {
    tx.connection().executor().execute_unprepared(statement).await.map(drop)
}

async fn names(store: &Store) -> BTreeMap<String, i64> {
    let rows = versions::Entity::find().all(store.read().executor()).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.version)).collect()
}

/// Two units of one group: the second queues while the first has its turn.
async fn first_and_queued(store: &Store) -> (Tx, tokio::task::JoinHandle<Tx>) {
    let first = store.begin().await.unwrap();
    let store = store.clone();
    let second = tokio::spawn(async move { store.begin().await.unwrap() });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!second.is_finished(), "two units had their turn at once");
    (first, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_units_wait_for_the_disk_together() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("durable.db").display());
    countersign_migrations::migrate(&url).await.unwrap();
    let store = Store::connect(&url, &StoreOptions::default()).await.unwrap();
    let before = (store.transactions(), store.statements(), store.commits());
    let units: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                insert(&tx, &format!("unit {number}")).await;
                tx.commit().await.unwrap();
                assert!(is_there(&store, &format!("unit {number}")).await, "acknowledged, and not there");
            })
        })
        .collect();
    for unit in units {
        unit.await.unwrap();
    }
    assert_eq!(store.transactions() - before.0, 200);
    assert_eq!(store.statements() - before.1, 400, "savepoints are not counted");
    let commits = store.commits() - before.2;
    assert!((4..=50).contains(&commits), "{commits} commits for 200 units, of at most 64 each");
}

#[tokio::test]
async fn a_unit_alone_is_one_commit() {
    let TestDatabase { store, .. } = &sqlite().await;
    for number in 0..5 {
        let tx = store.begin().await.unwrap();
        insert(&tx, &number.to_string()).await;
        tx.commit().await.unwrap();
    }
    assert_eq!(store.commits(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_unit_breaks_is_its_own() {
    let database = sqlite().await;
    let units: Vec<_> = (0..100)
        .map(|number| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                insert(&tx, &format!("unit {number}")).await;
                if number % 7 == 3 {
                    // A constraint: the statement fails, and the unit is given up.
                    assert!(!try_insert(&tx, &format!("unit {number}")).await);
                    return;
                }
                if number % 7 == 5 {
                    // A constraint, and the unit goes on.
                    assert!(!try_insert(&tx, &format!("unit {number}")).await);
                }
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for unit in units {
        unit.await.unwrap();
    }
    let names = names(&database.store).await;
    for number in 0..100 {
        assert_eq!(names.contains_key(&format!("unit {number}")), number % 7 != 3, "unit {number}");
    }
    assert!(database.store.commits() < 86);
}

#[tokio::test]
async fn nobody_is_told_before_the_commit() {
    let TestDatabase { store, .. } = &sqlite().await;
    let (first, second) = first_and_queued(store).await;
    insert(&first, "first").await;
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    insert(&second, "second").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!first.is_finished() && !is_there(store, "first").await, "the group is still open");
    second.commit().await.unwrap();
    first.await.unwrap().unwrap();
    assert!(is_there(store, "first").await && is_there(store, "second").await);
    assert_eq!(store.commits(), 1);
}

#[tokio::test]
async fn a_commit_that_fails_fails_for_all() {
    let TestDatabase { store, .. } = &sqlite().await;
    let (first, second) = first_and_queued(store).await;
    insert(&first, "first").await;
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    // A constraint that is looked at when the transaction ends.
    sql(&second, "PRAGMA defer_foreign_keys = ON").await.unwrap();
    sql(
        &second,
        "INSERT INTO refresh_tokens (token_hash, grant_id, created_at, expires_at) VALUES ('h', 'no such grant', 0, 0)",
    )
    .await
    .unwrap();
    assert!(second.commit().await.is_err());
    assert!(first.await.unwrap().is_err());
    assert!(!is_there(store, "first").await);
    let tx = store.begin().await.unwrap();
    insert(&tx, "after").await;
    tx.commit().await.unwrap();
    assert_eq!(names(store).await.len(), 1);
}

#[tokio::test]
async fn the_writer_survives_a_transaction_that_sqlite_ended() {
    let TestDatabase { store, .. } = &sqlite().await;
    let (first, second) = first_and_queued(store).await;
    insert(&first, "first").await;
    // As after a full disk.
    sql(&first, "ROLLBACK").await.unwrap();
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(5), first).await.unwrap().unwrap().is_err());
    insert(&second, "second").await;
    second.commit().await.unwrap();
    for number in 0..3 {
        let tx = store.begin().await.unwrap();
        sql(&tx, "ROLLBACK").await.unwrap();
        if number == 1 {
            assert!(tx.commit().await.is_err());
        } else {
            drop(tx);
        }
    }
    let tx = store.begin().await.unwrap();
    insert(&tx, "after").await;
    tx.commit().await.unwrap();
    assert_eq!(names(store).await.into_keys().collect::<Vec<_>>(), ["after", "second"]);
}

#[tokio::test]
async fn nothing_stays_open_behind_a_unit_that_was_dropped() {
    let database = sqlite().await;
    let tx = database.store.begin().await.unwrap();
    insert(&tx, "dropped").await;
    drop(tx);
    let other = connect(&database.url).await;
    let tx = other.begin().await.unwrap();
    insert(&tx, "another node's").await;
    tx.commit().await.unwrap();
    assert_eq!(names(&other).await.into_keys().collect::<Vec<_>>(), ["another node's"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_what_is_under_way() {
    let database = sqlite().await;
    let store = database.store.clone();
    let (first, second) = first_and_queued(&store).await;
    insert(&first, "first").await;
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    insert(&second, "second").await;
    let closing = tokio::spawn(store.clone().close());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!closing.is_finished());
    let second = tokio::spawn(second.commit());
    closing.await.unwrap().unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert!(store.begin().await.is_err());
    assert_eq!(names(&connect(&database.url).await).await.len(), 2);
}

/// What becomes of a unit.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Commits,
    GivesUp,
    /// Is given up by its owner after so many steps, wherever it is.
    Cancelled(u32),
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => Just(Fate::Commits),
        2 => Just(Fate::GivesUp),
        4 => (0_u32..14).prop_map(Fate::Cancelled),
    ];
    proptest::collection::vec(fate, 1..40)
}

/// Polls `work` so many times at most.
async fn within<T>(polls: u32, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// Changes two rows. Whether that was acknowledged.
async fn unit(store: Store, number: usize, fate: Fate) -> bool {
    let work = async {
        let tx = store.begin().await.unwrap();
        for half in ["a", "b"] {
            insert(&tx, &format!("{number} {half}")).await;
        }
        if matches!(fate, Fate::GivesUp) {
            return false;
        }
        tx.commit().await.unwrap();
        true
    };
    match fate {
        Fate::Cancelled(polls) => within(polls, work).await.unwrap_or(false),
        Fate::Commits | Fate::GivesUp => work.await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever happens to some units: what was acknowledged is there, what was given up is not, nothing is there by
    /// half, and the writer goes on.
    #[test]
    fn units_given_up_anywhere_take_nobody_elses_work_with_them(fates in fates(), threads in 1_usize..4) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap();
        runtime.block_on(async {
            let database = sqlite().await;
            let units: Vec<_> = fates
                .iter()
                .enumerate()
                .map(|(number, &fate)| tokio::spawn(unit(database.store.clone(), number, fate)))
                .collect();
            let mut acknowledged = Vec::new();
            for unit in units {
                acknowledged.push(unit.await.unwrap());
            }
            // A last one comes after all the others have settled.
            assert!(unit(database.store.clone(), fates.len(), Fate::Commits).await);
            let names = names(&database.store).await;
            for (number, (fate, acknowledged)) in fates.iter().zip(acknowledged).enumerate() {
                let halves = ["a", "b"].map(|half| names.contains_key(&format!("{number} {half}")));
                assert_eq!(halves[0], halves[1], "{number}, {fate:?}: by half");
                match fate {
                    Fate::Commits => assert!(acknowledged && halves[0], "{number}: lost"),
                    Fate::GivesUp => assert!(!halves[0], "{number}: an abandoned change stayed"),
                    Fate::Cancelled(_) => assert!(halves[0] || !acknowledged, "{number}: lost"),
                }
            }
        });
    }
}

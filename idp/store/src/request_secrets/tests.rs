//! A secret is seen once, whoever comes when.

use countersign_core::from_millis;

use super::*;
use crate::Store;
use crate::change_requests::tests::{add, request};
use crate::testing::databases;

async fn keep(store: &Store, id: &str, user_id: &str) -> RequestId {
    let made = request(id, "abc", &[user_id], 1);
    add(store, &made).await.unwrap();
    let tx = store.begin().await.unwrap();
    RequestSecrets::on(tx.connection()).add(&made.id, "sealed", from_millis(100)).await.unwrap();
    tx.commit().await.unwrap();
    made.id
}

async fn consume(store: &Store, id: &RequestId, now: i64) -> Option<String> {
    let tx = store.begin().await.unwrap();
    let reader = ProfileId::from_stored("HKABC1X1");
    let taken = RequestSecrets::on(tx.connection()).consume(id, &reader, from_millis(now)).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

#[tokio::test]
async fn of_many_readers_one_sees_it() {
    for database in databases().await {
        let id = keep(&database.store, "r", "HKABC101").await;
        let waits =
            async || RequestSecrets::on(database.store.read()).waits(&id, from_millis(5)).await.unwrap();
        assert!(waits().await);
        let reading = (0..16).map(|_| {
            let (store, id) = (database.store.clone(), id.clone());
            tokio::spawn(async move { consume(&store, &id, 5).await })
        });
        let mut seen = Vec::new();
        for read in reading.collect::<Vec<_>>() {
            seen.extend(read.await.unwrap());
        }
        assert_eq!(seen, ["sealed"], "{}", database.kind);
        assert!(!waits().await);
        let left = "UPDATE request_secrets SET consumed_by = consumed_by WHERE secret_sealed <> ''";
        assert_eq!(database.tamper(left).await, 0, "not even sealed does it stay");
    }
}

#[tokio::test]
async fn it_waits_until_its_time_is_over_and_is_not_lost_by_a_crash() {
    for database in databases().await {
        let id = keep(&database.store, "r", "HKABC101").await;
        let requests = RequestSecrets::on(database.store.read());
        assert!(!requests.waits(&id, from_millis(100)).await.unwrap());
        assert_eq!(consume(&database.store, &id, 100).await, None, "{}", database.kind);
        let tx = database.store.begin().await.unwrap();
        let reader = ProfileId::from_stored("HKABC1X1");
        let taken = RequestSecrets::on(tx.connection()).consume(&id, &reader, from_millis(99)).await.unwrap();
        assert!(taken.is_some());
        drop(tx);
        assert_eq!(consume(&database.store, &id, 99).await, Some("sealed".to_owned()));
        assert_eq!(consume(&database.store, &RequestId::from_stored("other"), 5).await, None);
    }
}

use countersign_core::from_millis;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, Set};

use super::Perishable;
use crate::Store;
use crate::entities::counters;
use crate::testing::databases;

async fn count(store: &Store) -> u64 {
    counters::Entity::find().count(store.read().executor()).await.unwrap()
}

#[tokio::test]
async fn removes_only_what_expired_and_only_a_batch_at_a_time() {
    let perishable = Perishable::ALL.into_iter().find(|p| p.table() == "counters").unwrap();
    for database in databases().await {
        let store = &database.store;
        let rows = (0..25).map(|n| counters::ActiveModel {
            key: Set(format!("key {n}")),
            count: Set(1),
            since: Set(0),
            last_at: Set(0),
            expires_at: Set(if n < 22 { n } else { 10_000 }),
        });
        let tx = store.begin().await.unwrap();
        counters::Entity::insert_many(rows).exec(tx.connection().executor()).await.unwrap();
        tx.commit().await.unwrap();

        let cutoff = from_millis(5_000);
        assert_eq!(perishable.remove_batch(store, cutoff, 10).await.unwrap(), 10, "{}", database.kind);
        assert_eq!(count(store).await, 15);
        assert_eq!(perishable.remove_batch(store, cutoff, 100).await.unwrap(), 12);
        assert_eq!(perishable.remove_batch(store, cutoff, 100).await.unwrap(), 0);
        assert_eq!(count(store).await, 3, "what has not expired stays");
    }
}

#[tokio::test]
async fn every_perishable_table_and_column_is_there() {
    for database in databases().await {
        for perishable in Perishable::ALL {
            let removed = perishable.remove_batch(&database.store, from_millis(0), 10).await;
            assert_eq!(removed.unwrap(), 0, "{} on {}", perishable.table(), database.kind);
        }
    }
}

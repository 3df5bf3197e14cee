mod group;

use sea_orm::{ConnectionTrait as _, EntityTrait as _, Set};

use crate::entities::versions;
use crate::testing::databases;
use crate::{Store, StoreOptions, Tx};

async fn insert(tx: &Tx, name: &str) {
    let row = versions::ActiveModel { name: Set(name.to_owned()), version: Set(1) };
    versions::Entity::insert(row).exec_without_returning(tx.connection().executor()).await.unwrap();
}

async fn is_there(store: &Store, name: &str) -> bool {
    versions::Entity::find_by_id(name).one(store.read().executor()).await.unwrap().is_some()
}

#[tokio::test]
async fn changes_exist_after_the_commit_and_not_before() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        insert(&tx, "kept").await;
        assert!(!is_there(&database.store, "kept").await, "{}: seen before its commit", database.kind);
        tx.commit().await.unwrap();
        assert!(is_there(&database.store, "kept").await, "{}: lost", database.kind);

        let tx = database.store.begin().await.unwrap();
        insert(&tx, "dropped").await;
        drop(tx);
        assert!(!is_there(&database.store, "dropped").await, "{}: an abandoned change stayed", database.kind);
    }
}

#[tokio::test]
async fn sqlite_commits_wait_for_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("durable.db").display());
    countersign_migrations::migrate(&url).await.unwrap();
    let store = Store::connect(&url, &StoreOptions::default()).await.unwrap();
    let pragma = async |name: &str| {
        let tx = store.begin().await.unwrap();
        let connection = tx.connection();
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}"));
        connection.executor().query_one_raw(statement).await.unwrap().unwrap()
    };
    assert_eq!(pragma("synchronous").await.try_get_by_index::<i32>(0).unwrap(), 2, "FULL");
    assert_eq!(pragma("journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
    assert_eq!(pragma("foreign_keys").await.try_get_by_index::<i32>(0).unwrap(), 1);
}

#[tokio::test]
async fn counts_statements_and_transactions() {
    for database in databases().await {
        let (statements, transactions) = (database.store.statements(), database.store.transactions());
        let tx = database.store.begin().await.unwrap();
        insert(&tx, "counted").await;
        tx.commit().await.unwrap();
        assert_eq!(database.store.transactions() - transactions, 1, "{}", database.kind);
        assert_eq!(database.store.statements() - statements, 1, "{}", database.kind);
    }
}

//! Fresh databases for tests: always SQLite, and PostgreSQL too where `COUNTERSIGN_TEST_POSTGRES` names a server
//! (the test command starts one). Each test gets a schema of its own, so tests run side by side.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, Statement};
use tempfile::TempDir;

use crate::{Durability, Store, StoreOptions};

/// A migrated, empty database that lives as long as this value.
pub struct TestDatabase {
    /// `sqlite` or `postgres`, for failure messages.
    pub kind: &'static str,
    /// The connected store.
    pub store: Store,
    /// Where it is, for a second node on the same database.
    pub url: String,
    _directory: Option<TempDir>,
}

impl TestDatabase {
    /// Does what somebody does who has the database and nothing else; says how many rows it changed.
    ///
    /// # Panics
    /// When the database refuses.
    #[expect(clippy::expect_used, reason = "a test that cannot tamper has failed")]
    pub async fn tamper(&self, sql: &str) -> u64 {
        let tx = self.store.begin().await.expect("a transaction");
        let done = tx.connection().executor().execute_unprepared(sql).await.expect(sql).rows_affected();
        tx.commit().await.expect("a commit");
        done
    }

    /// Every row of every table, as text: what nothing in it may show is looked for here.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test that cannot look has failed")]
    pub async fn dump(&self) -> String {
        let texts = async |sql: String| -> Vec<String> {
            let connection = self.store.read();
            let rows = connection.executor().query_all_raw(statement(connection.executor(), sql)).await;
            let rows = rows.expect("rows");
            rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
        };
        let is_sqlite = self.kind == "sqlite";
        let tables = if is_sqlite {
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        } else {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        };
        let mut dump = String::new();
        for table in texts(tables.to_owned()).await {
            let rows = if is_sqlite {
                let columns = texts(format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let columns: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
                format!("SELECT {} FROM {table}", columns.join(" || '|' || "))
            } else {
                format!("SELECT t::text FROM {table} t")
            };
            for row in texts(rows).await {
                dump.extend([table.as_str(), ": ", &row, "\n"]);
            }
        }
        dump
    }
}

fn statement(connection: &impl ConnectionTrait, sql: String) -> Statement {
    Statement::from_string(connection.get_database_backend(), sql)
}

/// One database of every kind at hand.
///
/// # Panics
/// When a database cannot be made: the test cannot go on.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn databases() -> Vec<TestDatabase> {
    let mut all = vec![sqlite().await];
    if let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES") {
        all.push(postgres(&server).await.expect("a schema on the test server"));
    }
    all
}

/// A fresh SQLite database.
///
/// # Panics
/// When it cannot be made.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn sqlite() -> TestDatabase {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}", directory.path().join("test.db").display());
    countersign_migrations::migrate(&url).await.expect("the schema");
    let store = connect(&url).await;
    TestDatabase { kind: "sqlite", store, url, _directory: Some(directory) }
}

/// A store on the database at `url`: a second node beside the first.
///
/// # Panics
/// When it cannot be reached.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn connect(url: &str) -> Store {
    let options =
        StoreOptions { max_connections: 8, durability: Durability::None, ..StoreOptions::default() };
    Store::connect(url, &options).await.expect("a connection to the test database")
}

async fn postgres(server: &str) -> Result<TestDatabase, sea_orm::DbErr> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(server).await?;
    admin.execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await?;
    admin.close().await?;
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options=-csearch_path%3D{schema}");
    countersign_migrations::migrate(&url).await?;
    let store = connect(&url).await;
    Ok(TestDatabase { kind: "postgres", store, url, _directory: None })
}

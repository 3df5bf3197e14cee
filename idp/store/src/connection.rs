//! Connections and units of work.
//!
//! SQLite has one writer at a time. Instead of letting writers collide and poll, all of them queue for one
//! connection and share its commits, while readers have a pool of their own (WAL lets them go on). On PostgreSQL both
//! are one pool.

mod group;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend,
    TransactionTrait as _,
};

use self::group::{Unit, Writer};
use crate::StoreError;

/// What a repository speaks to: the reader, or a transaction under way.
pub struct Connection<'a>(DatabaseExecutor<'a>);

impl<'a> Connection<'a> {
    pub(crate) fn executor(&self) -> &DatabaseExecutor<'a> {
        &self.0
    }
}

/// How the store connects.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Most connections at once (readers, on SQLite).
    pub max_connections: u32,
    /// How long to wait for a connection before giving up.
    pub acquire_timeout: Duration,
    /// Whether an acknowledged commit survives a power cut. Only tests may say otherwise.
    pub durability: Durability,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(10), durability: Durability::Full }
    }
}

/// Whether commits wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it is acknowledged.
    Full,
    /// Commits do not wait: for tests, whose databases die with them.
    None,
}

/// The database.
#[derive(Clone)]
pub struct Store {
    reader: DatabaseConnection,
    /// Where there is one writer only.
    writer: Option<Writer>,
    statements: Arc<AtomicU64>,
    transactions: Arc<AtomicU64>,
    commits: Arc<AtomicU64>,
}

impl Store {
    /// Connects to `url` (`sqlite://path` or `postgres://…`). The schema must be there already.
    pub async fn connect(url: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        let (statements, commits) = (Arc::default(), Arc::default());
        let mut reader = Database::connect(connect_options(url, options, options.max_connections)).await?;
        count_statements(&mut reader, &statements);
        let writer = if reader.get_database_backend() == DbBackend::Sqlite {
            let mut writer = Database::connect(connect_options(url, options, 1)).await?;
            count_statements(&mut writer, &statements);
            Some(Writer::new(writer, options.acquire_timeout, Arc::clone(&commits)))
        } else {
            None
        };
        Ok(Self { reader, writer, statements, transactions: Arc::default(), commits })
    }

    /// For reading outside a transaction.
    #[must_use]
    pub fn read(&self) -> Connection<'_> {
        Connection(DatabaseExecutor::from(&self.reader))
    }

    /// Begins a unit of work. Dropped without [`Tx::commit`], it changes nothing.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        Ok(Tx(match &self.writer {
            Some(writer) => Work::Shared(writer.begin().await?),
            None => Work::Own(self.reader.begin().await?, Arc::clone(&self.commits)),
        }))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader.ping().await?)
    }

    /// Statements sent so far by units of work and readers: budgets are tested with it.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Units of work begun so far: budgets are tested with it. Several may share a transaction of the database.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    /// Commits of the database so far: fewer than units of work, where these share them.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Closes every connection, after what is under way.
    pub async fn close(self) -> Result<(), StoreError> {
        if let Some(writer) = self.writer {
            writer.close().await?;
        }
        Ok(self.reader.close().await?)
    }
}

/// A unit of work: all of it happens, or none.
pub struct Tx(Work);

enum Work {
    /// In a transaction of its own.
    Own(DatabaseTransaction, Arc<AtomicU64>),
    /// In one that it shares.
    Shared(Unit),
}

impl Tx {
    /// For the repositories taking part.
    #[must_use]
    pub fn connection(&self) -> Connection<'_> {
        Connection(DatabaseExecutor::from(match &self.0 {
            Work::Own(transaction, _) => transaction,
            Work::Shared(unit) => unit.transaction(),
        }))
    }

    /// Makes it so. Only after this returns may anything be acknowledged.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Work::Own(transaction, commits) => {
                transaction.commit().await?;
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Work::Shared(unit) => unit.commit().await?,
        }
        Ok(())
    }
}

fn connect_options(url: &str, options: &StoreOptions, max_connections: u32) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(max_connections)
        .min_connections(1)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .sqlx_logging(false);
    let synchronous = match options.durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::None => SqliteSynchronous::Off,
    };
    connect.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
    });
    connect
}

fn count_statements(connection: &mut DatabaseConnection, statements: &Arc<AtomicU64>) {
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
}

#[cfg(test)]
mod tests;

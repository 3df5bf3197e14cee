//! Units of work that share a commit (SQLite).
//!
//! A durable commit waits for the disk, and there is one writer: one commit per unit would make the disk's pace the
//! house's. So units that queue for the writer run one after the other inside one transaction, each behind a
//! savepoint, and none is told that it is committed before that transaction is.
//!
//! A unit ends without a word to the database; whoever holds the writer next settles what it left. Whatever must not
//! stop half-way (opening, entering, committing) runs in a task of its own: a request that is given up takes nobody
//! else's work with it. A group that is lost for any reason is rolled back, and all its units are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// So many units share a commit at most: the first waits for the last.
const MOST: usize = 64;

/// The one writer, and the queue for it.
#[derive(Clone)]
pub(super) struct Writer {
    connection: DatabaseConnection,
    /// Fair: first come, first served.
    queue: Arc<Mutex<Option<Group>>>,
    patience: Duration,
    groups: Arc<AtomicU64>,
    commits: Arc<AtomicU64>,
}

/// A transaction under way, between two of its units.
struct Group {
    number: u64,
    transaction: Arc<DatabaseTransaction>,
    units: usize,
    last: Last,
    /// Those that ended well and wait for the commit.
    waiting: Vec<oneshot::Sender<Result<(), DbErr>>>,
    /// Dropped when the first unit ends: from then on the commit is in the queue.
    first_ended: Option<oneshot::Sender<()>>,
}

/// What the last unit left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Changes to be kept.
    Kept,
    /// Changes to be undone.
    Dropped,
}

/// A unit that has its turn.
pub(super) struct Unit {
    // Before `turn`: whoever has the next turn may be the one who commits, and must be the only owner.
    transaction: Arc<DatabaseTransaction>,
    turn: OwnedMutexGuard<Option<Group>>,
}

impl Writer {
    /// Writes through `connection`, of which there is one. A unit waits for its turn for as long as `patience`.
    pub(super) fn new(connection: DatabaseConnection, patience: Duration, commits: Arc<AtomicU64>) -> Self {
        Self { connection, queue: Arc::default(), patience, groups: Arc::default(), commits }
    }

    /// Waits for a turn.
    pub(super) async fn begin(&self) -> Result<Unit, DbErr> {
        let turn = Arc::clone(&self.queue).lock_owned();
        let turn = tokio::time::timeout(self.patience, turn)
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        // Should nobody wait any more, the unit that comes of it is dropped.
        tokio::spawn(self.clone().enter(turn)).await.map_err(|_| lost())?
    }

    /// Commits what is under way and closes the connection.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        let mut turn = Arc::clone(&self.queue).lock_owned().await;
        let group = turn.take();
        let closed = tokio::spawn(async move {
            if let Some(group) = group {
                self.settle(group).await;
            }
            drop(turn);
            self.connection.close().await
        });
        closed.await.map_err(|_| lost())?
    }

    /// Begins a unit: behind a savepoint in the group that is open, else as the first of a new one.
    async fn enter(self, mut turn: OwnedMutexGuard<Option<Group>>) -> Result<Unit, DbErr> {
        let joined = match turn.take() {
            Some(group) if group.units < MOST => match group.enter().await {
                Ok(group) => Some(group),
                // SQLite rolled the transaction back by itself, say because the disk was full.
                Err((group, error)) => {
                    group.fail(&error);
                    self.renew().await;
                    None
                }
            },
            Some(group) => {
                self.settle(group).await;
                None
            }
            None => None,
        };
        let group = match joined {
            Some(group) => group,
            None => self.open().await?,
        };
        let transaction = Arc::clone(&group.transaction);
        *turn = Some(group);
        Ok(Unit { transaction, turn })
    }

    async fn open(&self) -> Result<Group, DbErr> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = Arc::new(self.connection.begin_with_options(immediate).await?);
        transaction.execute_unprepared("SAVEPOINT unit").await?;
        let number = self.groups.fetch_add(1, Ordering::Relaxed);
        let (first_ended, ended) = oneshot::channel();
        tokio::spawn(self.clone().settle_after(number, ended));
        Ok(Group {
            number,
            transaction,
            units: 1,
            last: Last::Dropped,
            waiting: Vec::new(),
            first_ended: Some(first_ended),
        })
    }

    /// Commits a group when its first unit has ended and everyone who queued by then has had a turn.
    async fn settle_after(self, number: u64, first_ended: oneshot::Receiver<()>) {
        // Nothing is ever sent: it resolves when the other end is dropped.
        let _ended = first_ended.await;
        let mut turn = Arc::clone(&self.queue).lock_owned().await;
        if let Some(group) = turn.take_if(|group| group.number == number) {
            self.settle(group).await;
        }
    }

    /// Commits a group and tells its units; one whose units all dropped what they did is rolled back.
    async fn settle(&self, group: Group) {
        let outcome = match group.waiting.as_slice() {
            [] => group.roll_back().await,
            _ => group.commit().await.map(|waiting| {
                self.commits.fetch_add(1, Ordering::Relaxed);
                tell(waiting, &Ok(()));
            }),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "a transaction could not be ended");
            self.renew().await;
        }
    }

    /// Another connection: one whose transaction SQLite ended by itself would be taken to be in it still.
    async fn renew(&self) {
        let closed = match self.connection.get_sqlite_connection_pool().acquire().await {
            Ok(connection) => connection.close().await,
            Err(error) => Err(error),
        };
        if let Err(error) = closed {
            tracing::error!(%error, "the writing connection could not be renewed");
        }
    }
}

impl Group {
    /// Puts a savepoint between what was kept and what the next unit does. When the one before is gone, so is the
    /// transaction.
    async fn enter(mut self) -> Result<Self, (Self, DbErr)> {
        let statement = match self.last {
            Last::Kept => "RELEASE unit; SAVEPOINT unit",
            Last::Dropped => UNDO,
        };
        if let Err(error) = self.transaction.execute_unprepared(statement).await {
            return Err((self, error));
        }
        self.units += 1;
        self.last = Last::Dropped;
        Ok(self)
    }

    /// Commits, and returns those to be told. When that fails, they are told so here.
    async fn commit(self) -> Result<Vec<oneshot::Sender<Result<(), DbErr>>>, DbErr> {
        let Self { transaction, last, waiting, .. } = self;
        let outcome = async {
            if last == Last::Dropped {
                transaction.execute_unprepared(UNDO).await?;
            }
            owned(transaction)?.commit().await
        };
        match outcome.await {
            Ok(()) => Ok(waiting),
            Err(error) => {
                tell(waiting, &Err(error.clone()));
                Err(error)
            }
        }
    }

    async fn roll_back(self) -> Result<(), DbErr> {
        owned(self.transaction)?.rollback().await
    }

    /// Rolls back, and tells everyone.
    fn fail(self, error: &DbErr) {
        tell(self.waiting, &Err(error.clone()));
    }
}

/// Back to the savepoint, which stays for the next unit.
const UNDO: &str = "ROLLBACK TO unit";

impl Unit {
    pub(super) fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Ends the unit and waits for the commit that it shares.
    pub(super) async fn commit(mut self) -> Result<(), DbErr> {
        let (told, outcome) = oneshot::channel();
        if let Some(group) = self.turn.as_mut() {
            group.last = Last::Kept;
            group.waiting.push(told);
        }
        drop(self);
        outcome.await.map_err(|_| lost())?
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if let Some(group) = self.turn.as_mut() {
            group.first_ended = None;
        }
    }
}

fn tell(waiting: Vec<oneshot::Sender<Result<(), DbErr>>>, outcome: &Result<(), DbErr>) {
    for unit in waiting {
        // Whoever went away is not waiting for an answer.
        let _gone = unit.send(outcome.clone());
    }
}

fn owned(transaction: Arc<DatabaseTransaction>) -> Result<DatabaseTransaction, DbErr> {
    Arc::into_inner(transaction)
        .ok_or_else(|| DbErr::Exec(RuntimeErr::Internal("a unit is still under way".to_owned())))
}

/// The group came to an end that nobody saw: it was rolled back.
fn lost() -> DbErr {
    DbErr::Exec(RuntimeErr::Internal("the transaction was lost".to_owned()))
}

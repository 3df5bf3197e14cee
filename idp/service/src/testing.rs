//! Test doubles for time and chance, and a whole [`Services`] on a test database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "for tests, of this crate and of those above it"
)]

pub mod applications;
mod crowd;
pub mod directory;
pub mod people;
pub mod town;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use countersign_core::directory::permission::MigrationPolicy;
use countersign_core::directory::service_hours::{ServiceCalendar, ServiceHoursPolicy};
use countersign_core::directory::user_id::UserIdGrammar;
use countersign_core::policy::{HashingPolicy, Policy};
use countersign_core::{Clock, Entropy, Timestamp, from_millis};
use countersign_store::Store;
use countersign_store::testing::TestDatabase;
use url::Url;

use crate::audit::StrangerTally;
use crate::clients::ClientRegistry;
use crate::jwks_fetch::ClientKeySets;
use crate::keys::Keyring;
use crate::policies::LivePolicy;
use crate::{Issuer, MasterKey, Outbound, PasswordHasher, Reach, Services, Vault};

/// A clock that stands until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `millis`.
    #[must_use]
    pub fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// Moves it on.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same for the same seed (`SplitMix64`). Never for anything but tests.
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// The bytes of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in buffer {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed >> 56) as u8;
        }
    }
}

/// A node on a test database: its clock stands at a Monday morning, its passwords hash cheaply.
pub struct TestNode {
    /// The node.
    pub services: Arc<Services>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its database.
    pub database: TestDatabase,
}

/// 2026-11-23 08:00:00 in Hong Kong.
pub const MONDAY_MORNING: i64 = 1_795_392_000_000;

/// One node for every kind of database at hand.
pub async fn nodes() -> Vec<TestNode> {
    countersign_store::testing::databases().await.into_iter().map(node).collect()
}

/// One node on SQLite.
pub async fn sqlite_node() -> TestNode {
    node(countersign_store::testing::sqlite().await)
}

impl TestNode {
    /// The same node, keeping the shipped hours. Nobody may share it yet.
    #[must_use]
    pub fn keeping_hours(mut self) -> Self {
        let services = Arc::get_mut(&mut self.services).unwrap();
        services.hours = ServiceCalendar::try_from(&ServiceHoursPolicy::default()).unwrap();
        self
    }
}

/// Another node on the database of `node`, with connections of its own and the same clock.
pub async fn second_node(node: &TestNode) -> Services {
    further_node(node, 43).await
}

/// One more node on the database of `node`; each needs a seed of its own, other than 42 and 43.
pub async fn further_node(node: &TestNode, seed: u64) -> Services {
    services(countersign_store::testing::connect(&node.database.url).await, &node.clock, seed)
}

fn node(database: TestDatabase) -> TestNode {
    let clock = Arc::new(TestClock::at(MONDAY_MORNING));
    TestNode { services: Arc::new(services(database.store.clone(), &clock, 42)), clock, database }
}

fn services(store: Store, clock: &Arc<TestClock>, seed: u64) -> Services {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
    let policy = Policy {
        hashing: HashingPolicy { memory_kib: 64, iterations: 1, workers: 2, queue: 256 },
        // Tests move the clock by days: who asks for hours gets them from `keeping_hours`.
        service_hours: ServiceHoursPolicy { enforced: false, ..ServiceHoursPolicy::default() },
        // The job at the end of a parallel run follows at once.
        migration: MigrationPolicy { end_of_run_after_hours: 0, ..MigrationPolicy::default() },
        ..Policy::default()
    };
    Services {
        store,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::clone(&entropy),
        issuer: Issuer::parse(&Url::parse("http://localhost:8080").unwrap()).unwrap(),
        vault: Vault::new(&MasterKey::new([7; 32]), Arc::clone(&entropy)).unwrap(),
        keyring: Keyring::default(),
        clients: ClientRegistry::default(),
        client_keys: ClientKeySets::default(),
        hasher: PasswordHasher::new(&policy.hashing, entropy).unwrap(),
        outbound: Outbound::new(Reach::Private).unwrap(),
        user_ids: UserIdGrammar::try_from(&policy.user_ids).unwrap(),
        hours: ServiceCalendar::try_from(&policy.service_hours).unwrap(),
        strangers: StrangerTally::default(),
        policy: LivePolicy::new(policy),
    }
}

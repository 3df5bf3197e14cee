//! Test doubles for time and chance, and a whole [`Services`] on a test database.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use countersign_core::policy::{HashingPolicy, Policy};
use countersign_core::{Clock, Entropy, Timestamp, from_millis};
use countersign_store::testing::TestDatabase;
use url::Url;

use crate::{Issuer, MasterKey, PasswordHasher, Services, Vault};

/// A clock that stands until it is moved.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same for the same seed (SplitMix64). Never for anything but tests.
pub(crate) struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    pub(crate) fn new(seed: u64) -> Self {
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
pub(crate) struct TestNode {
    pub(crate) services: Arc<Services>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) database: TestDatabase,
}

/// 2026-11-23 08:00:00 in Hong Kong.
pub(crate) const MONDAY_MORNING: i64 = 1_795_392_000_000;

/// One node for every kind of database at hand.
pub(crate) async fn nodes() -> Vec<TestNode> {
    countersign_store::testing::databases().await.into_iter().map(node).collect()
}

/// One node on SQLite.
pub(crate) async fn sqlite_node() -> TestNode {
    node(countersign_store::testing::sqlite().await)
}

fn node(database: TestDatabase) -> TestNode {
    let clock = Arc::new(TestClock::at(MONDAY_MORNING));
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(42));
    let policy = Policy {
        hashing: HashingPolicy { memory_kib: 64, iterations: 1, workers: 2, queue: 256 },
        ..Policy::default()
    };
    let services = Services {
        store: database.store.clone(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        entropy: Arc::clone(&entropy),
        issuer: Issuer::parse(&Url::parse("http://localhost:8080").unwrap()).unwrap(),
        vault: Vault::new(&MasterKey::new([7; 32]), Arc::clone(&entropy)).unwrap(),
        hasher: PasswordHasher::new(&policy.hashing, entropy).unwrap(),
        policy,
    };
    TestNode { services: Arc::new(services), clock, database }
}

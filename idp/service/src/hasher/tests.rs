use std::sync::Arc;
use std::time::Duration;

use countersign_core::policy::HashingPolicy;
use countersign_core::secret::SecretString;
use tokio::sync::oneshot;

use super::memory::Memory;
use super::{HashError, PasswordHasher};
use crate::testing::SeededEntropy;

fn hasher(workers: u16, queue: u16) -> PasswordHasher {
    let policy = HashingPolicy { memory_kib: 8 * 1024, iterations: 1, workers, queue };
    PasswordHasher::new(&policy, Arc::new(SeededEntropy::new(3))).unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

#[tokio::test]
async fn verifies_only_the_right_password() {
    let hasher = hasher(2, 8);
    let phc = hasher.hash(&secret("correct horse battery")).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"), "{phc}");
    assert!(hasher.verify(&secret("correct horse battery"), Some(&phc)).await.unwrap());
    assert!(!hasher.verify(&secret("correct horse batterY"), Some(&phc)).await.unwrap());
    assert!(!hasher.verify(&secret("correct horse battery"), None).await.unwrap());
}

#[tokio::test]
async fn the_same_password_hashes_differently() {
    let hasher = hasher(2, 8);
    let first = hasher.hash(&secret("correct horse battery")).await.unwrap();
    assert_ne!(first, hasher.hash(&secret("correct horse battery")).await.unwrap());
}

#[tokio::test]
async fn sheds_past_its_queue_and_recovers() {
    let hasher = hasher(1, 2);
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.hash(&secret("correct horse battery")).await })
        })
        .collect();
    let mut busy = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => {}
            Err(HashError::Busy(_)) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(busy >= 10, "only {busy} of 16 were shed by a pool of 3");
    assert_eq!(hasher.depth(), 0);
    assert!(hasher.hash(&secret("correct horse battery")).await.is_ok());
}

#[tokio::test]
async fn verifies_what_was_hashed_under_other_parameters() {
    let strong = hasher(1, 1).hash(&secret("correct horse battery")).await.unwrap();
    let policy = HashingPolicy { memory_kib: 64, iterations: 2, workers: 1, queue: 1 };
    let weak = PasswordHasher::new(&policy, Arc::new(SeededEntropy::new(4))).unwrap();
    assert!(weak.verify(&secret("correct horse battery"), Some(&strong)).await.unwrap());
    assert!(!weak.verify(&secret("correct horse batterY"), Some(&strong)).await.unwrap());
    assert!(!weak.is_current(&strong) && hasher(2, 8).is_current(&strong));
    for nonsense in ["", "$argon2id$", "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA"] {
        assert!(!weak.verify(&secret("correct horse battery"), Some(nonsense)).await.unwrap(), "{nonsense}");
        assert!(!weak.is_current(nonsense), "{nonsense}");
    }
}

#[tokio::test]
async fn agrees_with_the_library_itself() {
    use argon2::password_hash::PasswordVerifier as _;
    let phc = hasher(1, 1).hash(&secret("correct horse battery")).await.unwrap();
    assert!(argon2::Argon2::default().verify_password(b"correct horse battery", &*phc).is_ok(), "{phc}");
}

#[tokio::test]
async fn a_place_is_held_until_the_work_is_done_even_when_nobody_waits() {
    let hasher = hasher(1, 0);
    let waiting = hasher.clone();
    let attempt = tokio::spawn(async move { waiting.hash(&secret("correct horse battery")).await });
    while hasher.depth() == 0 {
        tokio::task::yield_now().await;
    }
    attempt.abort();
    assert!(attempt.await.unwrap_err().is_cancelled());
    assert!(hasher.admit().is_err(), "the thread is still at it");
    while hasher.depth() > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(hasher.hash(&secret("correct horse battery")).await.is_ok());
}

#[tokio::test]
async fn a_panic_takes_neither_the_place_nor_the_thread_with_it() {
    let hasher = hasher(1, 0);
    for _ in 0..3 {
        let admitted = hasher.admit().unwrap();
        let outcome =
            hasher.run(admitted, |memory| assert!(memory.blocks(8).is_empty(), "meant to fail")).await;
        assert!(matches!(outcome, Err(HashError::Unusable(_))));
        while hasher.depth() > 0 {
            tokio::task::yield_now().await;
        }
    }
    assert!(hasher.hash(&secret("correct horse battery")).await.is_ok());
}

/// The threads are nicer than others, and end with their pool.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn its_threads_stand_back_and_end_with_it() {
    let hasher = hasher(2, 8);
    let (mut nice, ended) = (Vec::new(), oneshot::channel());
    for _ in 0..2 {
        let of_thread = |_: &mut Memory| {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            // Past the name, which ends with the only bracket: field 3 and on, of which 19 is the nice value.
            stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
        };
        nice.push(hasher.run(hasher.admit().unwrap(), of_thread).await.unwrap());
    }
    assert_eq!(nice, [9, 9]);
    let (sender, receiver) = ended;
    let admitted = hasher.admit().unwrap();
    // Dropped with the thread that it is kept by.
    let keep = move |_: &mut Memory| KEPT.with_borrow_mut(|kept| *kept = Some(sender));
    hasher.run(admitted, keep).await.unwrap();
    drop(hasher);
    assert!(tokio::time::timeout(Duration::from_secs(10), receiver).await.unwrap().is_err());
}

std::thread_local! {
    static KEPT: std::cell::RefCell<Option<oneshot::Sender<()>>> = const { std::cell::RefCell::new(None) };
}

/// Forty hashes on eight threads leave nothing behind.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn gives_its_memory_back() {
    let policy = HashingPolicy { memory_kib: 19 * 1024, iterations: 1, workers: 8, queue: 64 };
    let hasher = PasswordHasher::new(&policy, Arc::new(SeededEntropy::new(3))).unwrap();
    let before = resident_kib();
    for _ in 0..5 {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.hash(&secret("correct horse battery")).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    }
    // Other tests of this process hold some too; eight threads would keep twice as much.
    let held = || resident_kib().saturating_sub(before);
    for _ in 0..50 {
        if held() < 4 * 19 * 1024 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} KiB are still held", held());
}

#[cfg(target_os = "linux")]
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

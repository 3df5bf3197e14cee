use std::sync::Arc;

use countersign_core::policy::HashingPolicy;
use countersign_core::secret::SecretString;

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
    let kept = resident_kib().saturating_sub(before);
    // Other tests of this process hold some too; eight threads would keep twice as much.
    assert!(kept < 4 * 19 * 1024, "{kept} KiB are still held");
}

#[cfg(target_os = "linux")]
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

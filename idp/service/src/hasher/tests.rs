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

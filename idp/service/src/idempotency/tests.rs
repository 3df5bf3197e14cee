use serde_json::json;

use super::{Attempt, Claim, IdempotencyError, StoredAnswer, claim, complete};
use crate::cleanup::remove_expired;
use crate::testing::{nodes, second_node};

fn attempt(key: &str, body: &str) -> Attempt {
    Attempt::new("person:p", key, body)
}

fn answer() -> StoredAnswer {
    StoredAnswer {
        status: 201,
        version: Some(1),
        location: Some("/x".into()),
        body: json!({ "code": "once" }),
        ..StoredAnswer::default()
    }
}

#[tokio::test]
async fn what_is_repeated_is_answered_and_what_differs_is_refused() {
    for node in nodes().await {
        let services = &node.services;
        let tx = services.store.begin().await.unwrap();
        assert_eq!(claim(services, &tx, &attempt("k", "a")).await.unwrap(), Claim::Fresh);
        assert_eq!(claim(services, &tx, &attempt("k", "a")).await.unwrap(), Claim::UnderWay);
        complete(services, &tx, &attempt("k", "a"), &answer()).await.unwrap();
        tx.commit().await.unwrap();

        let tx = services.store.begin().await.unwrap();
        assert_eq!(claim(services, &tx, &attempt("k", "a")).await.unwrap(), Claim::Repeated(answer()));
        assert_eq!(claim(services, &tx, &attempt("k", "b")).await.unwrap(), Claim::OtherRequest);
        let other_caller = Attempt::new("person:q", "k", "b");
        assert_eq!(claim(services, &tx, &other_caller).await.unwrap(), Claim::Fresh);
        let again = complete(services, &tx, &attempt("k", "a"), &answer()).await;
        assert!(matches!(again, Err(IdempotencyError::NotClaimed)), "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_nothing() {
    for node in nodes().await {
        let services = &node.services;
        let tx = services.store.begin().await.unwrap();
        assert_eq!(claim(services, &tx, &attempt("k", "a")).await.unwrap(), Claim::Fresh);
        complete(services, &tx, &attempt("k", "a"), &answer()).await.unwrap();
        drop(tx);
        let tx = services.store.begin().await.unwrap();
        assert_eq!(claim(services, &tx, &attempt("k", "a")).await.unwrap(), Claim::Fresh);
    }
}

#[tokio::test]
async fn of_many_at_once_on_two_nodes_one_is_made() {
    for node in nodes().await {
        let services = [node.services.clone(), std::sync::Arc::new(second_node(&node).await)];
        let tries = (0..8).map(|number| {
            let services = services[number % 2].clone();
            tokio::spawn(async move {
                let tx = services.store.begin().await.unwrap();
                let claimed = claim(&services, &tx, &attempt("k", "a")).await.unwrap();
                if claimed == Claim::Fresh {
                    complete(&services, &tx, &attempt("k", "a"), &answer()).await.unwrap();
                    tx.commit().await.unwrap();
                }
                claimed
            })
        });
        let mut fresh = 0;
        for made in tries.collect::<Vec<_>>() {
            match made.await.unwrap() {
                Claim::Fresh => fresh += 1,
                claimed => assert_eq!(claimed, Claim::Repeated(answer()), "{}", node.database.kind),
            }
        }
        assert_eq!(fresh, 1, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_day_later_the_key_is_free_and_its_answer_gone() {
    for node in nodes().await {
        let services = &node.services;
        let tx = services.store.begin().await.unwrap();
        claim(services, &tx, &attempt("k", "a")).await.unwrap();
        complete(services, &tx, &attempt("k", "a"), &answer()).await.unwrap();
        tx.commit().await.unwrap();
        node.clock.advance_seconds(24 * 60 * 60);
        let tx = services.store.begin().await.unwrap();
        assert_eq!(claim(services, &tx, &attempt("k", "b")).await.unwrap(), Claim::Fresh);
        drop(tx);
        node.clock.advance_seconds(2 * 60 * 60);
        assert_eq!(remove_expired(services).await.unwrap(), 1, "{}", node.database.kind);
    }
}

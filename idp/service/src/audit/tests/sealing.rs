//! Whoever seals, and whatever becomes of them, every record gets one place.

use std::sync::Arc;

use chrono::TimeDelta;
use countersign_core::audit::Finding;
use countersign_store::Audit;

use super::support::{by_a_job, findings, found, sealer, write, write_and_seal};
use crate::audit::sealer::seal;
use crate::audit::{Sealer, Turn, backlog, unpublished};
use crate::testing::{nodes, second_node};

#[tokio::test]
async fn one_node_seals_until_its_lease_ends() {
    for node in nodes().await {
        let other = second_node(&node).await;
        let (first, second) = (sealer(&node.services), sealer(&other));
        write_and_seal(&node.services, &first, 3).await;
        write(&other, by_a_job()).await;
        assert_eq!(second.turn(&other).await.unwrap(), Turn::Elsewhere, "{}", node.database.kind);
        // A lease that is used goes on.
        for _ in 0..4 {
            node.clock.advance_seconds(6);
            assert!(matches!(first.turn(&node.services).await.unwrap(), Turn::Sealed(_)));
            assert_eq!(second.turn(&other).await.unwrap(), Turn::Elsewhere);
        }
        write(&other, by_a_job()).await;
        node.clock.advance_seconds(11);
        assert_eq!(second.turn(&other).await.unwrap(), Turn::Sealed(1), "the first has died");
        assert_eq!(first.turn(&node.services).await.unwrap(), Turn::Elsewhere);
        assert_eq!(findings(&node.services).await, []);
    }
}

#[tokio::test]
async fn of_two_that_claim_at_once_one_seals() {
    for node in nodes().await {
        let other = second_node(&node).await;
        for _ in 0..20 {
            write(&node.services, by_a_job()).await;
        }
        for _ in 0..5 {
            let (first, second) = (sealer(&node.services), sealer(&other));
            let (one, two) = tokio::join!(first.turn(&node.services), second.turn(&other));
            let elsewhere =
                [one.unwrap(), two.unwrap()].iter().filter(|turn| **turn == Turn::Elsewhere).count();
            assert_eq!(elsewhere, 1, "{}", node.database.kind);
            node.clock.advance_seconds(11);
        }
        assert_eq!(findings(&node.services).await, []);
    }
}

#[tokio::test]
async fn who_only_seemed_dead_writes_nothing() {
    for node in nodes().await {
        let other = second_node(&node).await;
        let (first, second) = (sealer(&node.services), sealer(&other));
        for _ in 0..5 {
            write(&node.services, by_a_job()).await;
        }
        // The first has read what waits, and then sleeps past its lease.
        let state = first.lease(&node.services).await.unwrap().unwrap();
        let waiting = Audit::on(node.services.store.read()).unsealed(10).await.unwrap();
        node.clock.advance_seconds(11);
        assert_eq!(second.turn(&other).await.unwrap(), Turn::Sealed(5));
        assert!(seal(&node.services, &state, waiting).await.unwrap().is_none(), "{}", node.database.kind);
        assert_eq!(findings(&node.services).await, []);

        // Nor does it when nothing was sealed in between: the fence alone tells.
        write(&node.services, by_a_job()).await;
        let outdated = second.lease(&other).await.unwrap().unwrap();
        node.clock.advance_seconds(11);
        first.lease(&node.services).await.unwrap().unwrap();
        let waiting = Audit::on(node.services.store.read()).unsealed(10).await.unwrap();
        assert!(seal(&other, &outdated, waiting).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_crash_leaves_a_whole_trail_at_any_point() {
    for node in nodes().await {
        let first = sealer(&node.services);
        for _ in 0..5 {
            write(&node.services, by_a_job()).await;
        }
        // In the middle of a transaction.
        let state = first.lease(&node.services).await.unwrap().unwrap();
        let tx = node.services.store.begin().await.unwrap();
        assert!(Audit::on(tx.connection()).advance(state.fence, 0, (5, "x")).await.unwrap());
        drop(tx);
        assert_eq!(findings(&node.services).await, []);
        assert_eq!(backlog(&node.services).await.unwrap(), 5);
        // After sealing, before signing.
        let waiting = Audit::on(node.services.store.read()).unsealed(3).await.unwrap();
        seal(&node.services, &state, waiting).await.unwrap().unwrap();
        assert!(unpublished(&node.services, 10).await.unwrap().is_empty());
        node.clock.advance_seconds(11);
        assert_eq!(sealer(&node.services).turn(&node.services).await.unwrap(), Turn::Sealed(2));
        let signed = unpublished(&node.services, 10).await.unwrap();
        assert_eq!(signed.iter().map(|one| one.seq).collect::<Vec<_>>(), [5], "{}", node.database.kind);
        assert_eq!(findings(&node.services).await, []);
    }
}

#[tokio::test]
async fn checkpoints_are_signed_when_they_are_due_and_there_is_something_to_sign() {
    for node in nodes().await {
        let sealer = Sealer::new(&*node.services.entropy, TimeDelta::seconds(10));
        let numbers = || async { unpublished(&node.services, 10).await.unwrap().len() };
        write_and_seal(&node.services, &sealer, 1).await;
        assert_eq!(numbers().await, 1);
        write_and_seal(&node.services, &sealer, 1).await;
        assert_eq!(numbers().await, 1, "too soon");
        node.clock.advance_seconds(10);
        assert_eq!(sealer.turn(&node.services).await.unwrap(), Turn::Sealed(0));
        assert_eq!(numbers().await, 2);
        node.clock.advance_seconds(10);
        assert_eq!(sealer.turn(&node.services).await.unwrap(), Turn::Sealed(0));
        assert_eq!(numbers().await, 2, "nothing new");
    }
}

#[tokio::test]
async fn a_record_that_waits_too_long_is_reported() {
    for node in nodes().await {
        write(&node.services, by_a_job()).await;
        assert_eq!(findings(&node.services).await, []);
        node.clock.advance_seconds(11);
        let found = findings(&node.services).await;
        assert!(matches!(found[..], [Finding::Unsealed { .. }]), "{found:?} on {}", node.database.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_on_two_nodes_and_two_sealers_make_one_chain() {
    const WRITERS: usize = 8;
    const RECORDS: usize = 25;
    for node in nodes().await {
        let both = [Arc::clone(&node.services), Arc::new(second_node(&node).await)];
        let mut tasks = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let services = Arc::clone(&both[writer % 2]);
            tasks.spawn(async move {
                for _ in 0..RECORDS {
                    write(&services, by_a_job()).await;
                }
            });
        }
        for services in both {
            tasks.spawn(async move {
                let sealer = sealer(&services);
                for _ in 0..20 {
                    sealer.turn(&services).await.unwrap();
                    tokio::task::yield_now().await;
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        node.clock.advance_seconds(11);
        sealer(&node.services).turn(&node.services).await.unwrap();
        let all = found(&node.services, &countersign_store::AuditFilter::default()).await;
        let mut places: Vec<_> = all.iter().map(|found| found.seq.unwrap()).collect();
        places.sort_unstable();
        let expected: Vec<i64> = (1..=i64::try_from(WRITERS * RECORDS).unwrap()).collect();
        assert_eq!(places, expected, "{}", node.database.kind);
        assert_eq!(findings(&node.services).await, []);
    }
}

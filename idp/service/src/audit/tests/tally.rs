//! Strangers' failures are counted, never listed.

use std::sync::Arc;

use countersign_core::audit::Action;
use countersign_store::{AuditFilter, FoundRecord};

use super::support::found;
use crate::audit::{close_hours, flush};
use crate::testing::{TestNode, nodes, second_node};

async fn recorded(node: &TestNode) -> Vec<FoundRecord> {
    let filter = AuditFilter { action: Some(Action::StrangersFailed), ..AuditFilter::default() };
    found(&node.services, &filter).await
}

#[tokio::test]
async fn an_hour_of_failures_on_all_nodes_is_one_record_per_network_and_kind() {
    for node in nodes().await {
        let other = Arc::new(second_node(&node).await);
        for services in [&node.services, &other] {
            for _ in 0..50 {
                services.strangers.count("wrong_password", "192.0.2.1", services.now());
                services.strangers.count("slowed_down", "192.0.2.1", services.now());
                flush(services).await.unwrap();
            }
            services.strangers.count("wrong_password", "192.0.2.2", services.now());
            // Not flushed before the hour is over.
        }
        assert_eq!(close_hours(&node.services).await.unwrap(), 0, "the hour is not over");
        node.clock.advance_seconds(3600);
        for services in [&node.services, &other] {
            flush(services).await.unwrap();
        }
        let (one, two) = tokio::join!(close_hours(&node.services), close_hours(&other));
        assert_eq!(one.unwrap() + two.unwrap(), 3, "{}", node.database.kind);
        let mut bodies: Vec<_> = recorded(&node).await.into_iter().map(|found| found.record).collect();
        bodies.sort_by(|a, b| (&a.source, &a.body).cmp(&(&b.source, &b.body)));
        let counts: Vec<_> = bodies
            .iter()
            .map(|record| {
                let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
                (record.source.clone().unwrap(), body["after"]["count"].as_i64().unwrap())
            })
            .collect();
        let expected = [("192.0.2.1", 100), ("192.0.2.1", 100), ("192.0.2.2", 2)];
        assert_eq!(counts, expected.map(|(source, count)| (source.to_owned(), count)));
        assert_eq!(close_hours(&node.services).await.unwrap(), 0, "once");
    }
}

#[tokio::test]
async fn however_many_they_are_they_fill_nothing() {
    for node in nodes().await {
        for number in 0..3000 {
            node.services.strangers.count("wrong_password", &format!("n{number}"), node.services.now());
            if number % 1000 == 0 {
                flush(&node.services).await.unwrap();
            }
        }
        node.clock.advance_seconds(3600);
        flush(&node.services).await.unwrap();
        while close_hours(&node.services).await.unwrap() > 0 {}
        let all = recorded(&node).await;
        // `found` shows a thousand; the rest are one more.
        assert_eq!(all.len(), 1000, "{}", node.database.kind);
        let filter = AuditFilter { subject: Some("elsewhere".into()), ..AuditFilter::default() };
        let rest = found(&node.services, &filter).await;
        assert!(rest.len() == 1 && rest[0].record.body.contains("\"count\":2000"), "{rest:?}");
    }
}

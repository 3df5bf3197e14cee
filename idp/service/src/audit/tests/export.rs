//! The trail as JSON lines.

use serde_json::Value;

use super::support::{sealer, write_and_seal};
use crate::audit::{Period, export};
use crate::testing::nodes;

#[tokio::test]
async fn every_sealed_record_of_the_period_is_a_line() {
    for node in nodes().await {
        let sealer = sealer(&node.services);
        write_and_seal(&node.services, &sealer, 3).await;
        node.clock.advance_seconds(60);
        let middle = node.services.now();
        write_and_seal(&node.services, &sealer, 2).await;
        let lines = |period: Period| {
            let services = std::sync::Arc::clone(&node.services);
            async move {
                let mut bytes = Vec::new();
                let written = export(&services, period, &mut bytes).await.unwrap();
                let text = String::from_utf8(bytes).unwrap();
                let lines: Vec<Value> =
                    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                assert_eq!(lines.len() as u64, written);
                lines
            }
        };
        let all = lines(Period::default()).await;
        let places: Vec<_> = all.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
        assert_eq!(places, [1, 2, 3, 4, 5], "{}", node.database.kind);
        assert!(all.iter().all(|line| line["actor"]["name"] == "test" && line["source"] == "192.0.2.1"));
        // Within an instant the order is nobody's.
        let mut reasons: Vec<_> = all[..3].iter().map(|line| line["body"]["reason"].to_string()).collect();
        reasons.sort();
        assert_eq!(reasons, ["\"0\"", "\"1\"", "\"2\""]);
        assert_eq!(lines(Period { from: Some(middle), to: None }).await.len(), 2);
        assert_eq!(lines(Period { from: None, to: Some(middle) }).await.len(), 3);
    }
}

//! How long a dry run and the job take where there are 100,000 people, and how long anybody waits for them meanwhile.

use std::time::{Duration, Instant};

use super::*;
use crate::testing::nodes;

/// Participants, and people of each.
const PARTICIPANTS: usize = 400;
const PEOPLE: usize = 250;

#[tokio::test]
#[ignore = "takes minutes: see docs/performance.md"]
async fn the_end_of_a_hundred_thousand_people() {
    for node in nodes().await {
        let kind = node.database.kind;
        let town = Town::on(node).await;
        town.node.crowd(PARTICIPANTS, PEOPLE).await;
        // All of them in one house, whose codes have three characters.
        for sql in [
            "UPDATE participants SET participant = SUBSTR(participant, 3), customer_codes = '[]'
             WHERE clearing_house = 'HKSCC'",
            "UPDATE participants SET clearing_house = 'HKCC' WHERE clearing_house <> 'EXCHANGE'",
            "UPDATE profiles SET clearing_house = 'HKCC' WHERE clearing_house <> 'EXCHANGE'",
        ] {
            town.node.database.tamper(sql).await;
        }
        let begun = Instant::now();
        let (list, lines) = town.dry_run().await;
        let made = begun.elapsed();
        let begun = Instant::now();
        assert_eq!(town.dry_run().await.0, list);
        let again = begun.elapsed();
        assert!(town.moved(Phase::Complete, Some(&list)).await);
        let (mut whole, mut longest, mut batches) = (Duration::ZERO, Duration::ZERO, 0);
        loop {
            let begun = Instant::now();
            let progress = super::super::end_run::batch(town.services(), HOUSE).await.unwrap();
            let took = begun.elapsed();
            whole += took;
            if progress == Progress::Idle {
                break;
            }
            longest = longest.max(took);
            batches += 1;
        }
        let run = town.run().await.unwrap();
        eprintln!(
            "{kind}: {} lines; dry run {made:.1?}, again {again:.1?}; job {whole:.1?} in {batches} batches, the longest \
             {longest:.1?}: {:?}",
            lines.len(),
            run.counts
        );
    }
}

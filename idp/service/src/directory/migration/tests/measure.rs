//! How long a dry run and the job take where there are 100,000 people, and how long anybody waits for them meanwhile.

use std::time::{Duration, Instant};

use super::*;
use crate::testing::nodes;

/// Participants, of three houses, and people of each: a third of these is in HKCC.
const PARTICIPANTS: usize = 400;
const PEOPLE: usize = 250;

#[tokio::test]
#[ignore = "takes minutes: see docs/performance.md"]
async fn the_end_of_a_hundred_thousand_people() {
    for node in nodes().await {
        let kind = node.database.kind;
        let town = Town::on(node).await;
        town.node.crowd(PARTICIPANTS, PEOPLE).await;
        // All of them in one house.
        town.node
            .database
            .tamper("UPDATE profiles SET clearing_house = 'HKCC' WHERE clearing_house <> 'EXCHANGE'")
            .await;
        town.node.database.tamper("UPDATE participants SET participant = 'Y' || SUBSTR(participant, 4), customer_codes = '[]' WHERE clearing_house = 'HKSCC'").await;
        town.node.database.tamper("UPDATE participants SET participant = 'Z' || SUBSTR(participant, 2) WHERE clearing_house = 'SEOCH'").await;
        town.node.database.tamper("UPDATE participants SET clearing_house = 'HKCC', customer_codes = '[]' WHERE clearing_house <> 'EXCHANGE'").await;
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

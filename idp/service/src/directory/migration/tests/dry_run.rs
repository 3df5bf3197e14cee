use countersign_core::directory::capabilities::AccessLevel;
use countersign_core::directory::migration::Finding;

use super::super::DryRunError;
use super::*;
use crate::testing::directory::holding;
use crate::testing::town::towns;

fn of(lines: &[FrozenLine], finding: Finding) -> Vec<&str> {
    let wanted = lines.iter().filter(|line| line.finding == finding);
    wanted.map(|line| line.user_id.as_deref().unwrap_or(&line.code)).collect()
}

#[tokio::test]
async fn everyone_concerned_stands_on_the_list() {
    for town in towns().await {
        let solo = town.node.add_participant(HOUSE, "GHI").await;
        let both = holding(&[AccessLevel::Maker, AccessLevel::Checker]);
        town.node
            .add_member(&solo, "HKGHI1X1", |profile| {
                both(profile);
                unregistered(profile);
            })
            .await;
        town.node.add_member(&town.abc, "HKABC1ZZ", unregistered).await;
        let (hash, lines) = town.dry_run().await;
        assert_eq!(of(&lines, Finding::Quarantine), ["HKABC1ZZ"], "{}", town.kind());
        assert_eq!(of(&lines, Finding::KeptAdministrator), ["HKGHI1X1"]);
        assert_eq!(of(&lines, Finding::WithoutMaker), ["GHI"]);
        assert_eq!(of(&lines, Finding::WithoutChecker), ["GHI"]);
        assert!(of(&lines, Finding::Card).contains(&"HKDEF101"), "everyone in town has a card");
        assert!(!lines.iter().any(|line| line.code == "EXCHANGE"));
        let head = FrozenLists::on(town.services().store.read()).find(HOUSE, &hash).await.unwrap().unwrap();
        let counts = head.counts;
        assert_eq!((counts.profiles, counts.quarantine, counts.card), (20, 1, 20));
        assert_eq!(head.made_by, "OPS001");
    }
}

#[tokio::test]
async fn a_list_is_found_under_its_own_house_alone_and_is_the_same_until_something_changes() {
    for town in towns().await {
        let (first, _) = town.dry_run().await;
        town.node.clock.advance_seconds(60);
        assert_eq!(town.dry_run().await.0, first, "{}", town.kind());
        let lists = FrozenLists::on(town.services().store.read());
        assert!(lists.find(ClearingHouse::Seoch, &first).await.unwrap().is_none());
        let head = lists.find(HOUSE, &first).await.unwrap().unwrap();
        assert_eq!(head.made_at, town.services().now(), "made again");
        town.node.add_member(&town.abc, "HKABC1ZZ", unregistered).await;
        assert_ne!(town.dry_run().await.0, first);
    }
}

#[tokio::test]
async fn operators_who_make_or_check_make_it_and_nobody_else() {
    for town in towns().await {
        let refused = async |user_id: &str, house| {
            let actor = town.actor(user_id).await;
            make(town.services(), &actor, house).await.unwrap_err()
        };
        assert!(matches!(refused("HKABC1X1", HOUSE).await, DryRunError::NotAllowed), "{}", town.kind());
        assert!(matches!(refused("OPS001", ClearingHouse::Exchange).await, DryRunError::NoSuchHouse));
        let reader = holding(&[AccessLevel::Enquiry]);
        town.node.add_member(&town.exchange, "OPS009", reader).await;
        assert!(matches!(refused("OPS009", HOUSE).await, DryRunError::NotAllowed));
    }
}

#[tokio::test]
async fn a_list_that_is_half_written_is_not_found_and_is_written_whole_by_the_next() {
    for town in towns().await {
        let (hash, lines) = town.dry_run().await;
        // What a node leaves that dies in between.
        town.node.database.tamper("DELETE FROM frozen_lines WHERE number > 3").await;
        town.node.database.tamper("UPDATE frozen_lists SET sealed_at = NULL").await;
        let lists = FrozenLists::on(town.services().store.read());
        assert!(lists.find(HOUSE, &hash).await.unwrap().is_none(), "{}", town.kind());
        assert_eq!(town.dry_run().await, (hash, lines));
    }
}

#[tokio::test]
async fn administrators_read_the_lines_of_their_own_people() {
    for town in towns().await {
        let (hash, _) = town.dry_run().await;
        let scope = town.actor("HKABC1X1").await.scope().unwrap();
        let lists = FrozenLists::on(town.services().store.read());
        let lines = lists.lines(&scope, &hash, &[], None, 1_000).await.unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|(_, line)| line.code == "ABC"), "{}", town.kind());
    }
}

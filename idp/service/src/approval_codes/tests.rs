use std::sync::Arc;

use super::*;
use crate::testing::{TestNode, nodes};

/// A maker, a checker and another maker, under a policy.
struct World {
    node: TestNode,
    maker: ProfileId,
    other: ProfileId,
    checker: ProfileId,
}

async fn worlds(mode: ApprovalMode) -> Vec<World> {
    let mut worlds = Vec::new();
    for mut node in nodes().await {
        Arc::get_mut(&mut node.services).unwrap().policy.approval_code.mode = mode;
        let maker = node.add_user("HKABC1X1").await;
        let other = node.add_user("HKABC1X2").await;
        let checker = node.add_user("HKABC1X3").await;
        worlds.push(World { node, maker, other, checker });
    }
    worlds
}

impl World {
    async fn code(&self, request: Option<&[u8]>) -> Option<String> {
        let tx = self.node.services.store.begin().await.unwrap();
        let code = obtain(&self.node.services, &tx, &self.checker, request).await.unwrap();
        tx.commit().await.unwrap();
        code.map(|code| code.expose().to_owned())
    }

    async fn enter(&self, maker: &ProfileId, request_hash: &[u8], typed: &str) -> Result<(), EntryError> {
        let typed = SecretString::new(typed.to_owned());
        let (checker, matter) = (Some(&self.checker), Matter::default());
        self.check(&Entry { maker, checker, request_hash, matter, typed: &typed }).await
    }

    async fn check(&self, entry: &Entry<'_>) -> Result<(), EntryError> {
        let tx = self.node.services.store.begin().await.unwrap();
        let checked = check(&self.node.services, &tx, entry).await;
        tx.commit().await.unwrap();
        checked
    }
}

fn is_wrong(answer: &Result<(), EntryError>) -> bool {
    matches!(answer, Err(EntryError::Wrong))
}

#[tokio::test]
async fn a_monthly_code_approves_until_the_month_ends() {
    for world in worlds(ApprovalMode::Monthly).await {
        let code = world.code(None).await.unwrap();
        assert_eq!(world.code(Some(b"request")).await, Some(code.clone()));
        for request in [b"one", b"two"] {
            world.enter(&world.maker, request, &code.to_lowercase()).await.unwrap();
        }
        // From 23 November to 1 December.
        world.node.clock.advance_seconds(8 * 24 * 60 * 60);
        assert!(is_wrong(&world.enter(&world.maker, b"one", &code).await));
        let renewed = world.code(None).await.unwrap();
        world.enter(&world.maker, b"one", &renewed).await.unwrap();
    }
}

#[tokio::test]
async fn a_code_per_request_approves_no_other() {
    for world in worlds(ApprovalMode::PerRequest).await {
        assert_eq!(world.code(None).await, None);
        let code = world.code(Some(b"one")).await.unwrap();
        assert!(is_wrong(&world.enter(&world.maker, b"two", &code).await));
        world.enter(&world.maker, b"one", &code).await.unwrap();
    }
}

#[tokio::test]
async fn three_wrong_entries_end_a_makers_day_and_revoke_the_code() {
    for world in worlds(ApprovalMode::Monthly).await {
        let code = world.code(None).await.unwrap();
        // Right ones in between neither count nor forgive.
        for wrong in ["AAAA-AAAA-AAAA", "", "BBBB-BBBB-BBBB"] {
            world.enter(&world.other, b"request", &code).await.unwrap();
            assert!(is_wrong(&world.enter(&world.maker, b"request", wrong).await));
        }
        let ended = world.enter(&world.maker, b"request", &code).await;
        assert!(matches!(ended, Err(EntryError::OnlyByQueue(OnlyByQueue::TooManyWrong))), "{ended:?}");
        // The code was revoked with it: to another maker it is a wrong one, until the checker gets a new one.
        assert!(is_wrong(&world.enter(&world.other, b"request", &code).await));
        let renewed = world.code(None).await.unwrap();
        assert!(is_wrong(&world.enter(&world.other, b"request", &code).await));
        world.enter(&world.other, b"request", &renewed).await.unwrap();
        // And the maker has another day.
        world.node.clock.advance_seconds(24 * 60 * 60);
        world.enter(&world.maker, b"request", &renewed).await.unwrap();
    }
}

#[tokio::test]
async fn a_checker_who_is_nobody_costs_the_maker_a_try_and_the_queue_costs_none() {
    for world in worlds(ApprovalMode::Monthly).await {
        let typed = SecretString::new(world.code(None).await.unwrap());
        let entry = Entry {
            maker: &world.maker,
            checker: Some(&world.checker),
            request_hash: b"request",
            matter: Matter::default(),
            typed: &typed,
        };
        let delicate = Matter { da_rights: true, ..Matter::default() };
        for _ in 0..4 {
            let answer = world.check(&Entry { matter: delicate, ..entry }).await;
            assert!(matches!(answer, Err(EntryError::OnlyByQueue(OnlyByQueue::DaRights))));
        }
        for _ in 0..3 {
            assert!(is_wrong(&world.check(&Entry { checker: None, ..entry }).await));
        }
        let ended = world.check(&entry).await;
        assert!(matches!(ended, Err(EntryError::OnlyByQueue(OnlyByQueue::TooManyWrong))));
    }
}

#[tokio::test]
async fn where_codes_are_off_there_are_none() {
    for world in worlds(ApprovalMode::Off).await {
        assert_eq!(world.code(Some(b"request")).await, None);
        let answer = world.enter(&world.maker, b"request", "AAAA-AAAA-AAAA").await;
        assert!(matches!(answer, Err(EntryError::OnlyByQueue(OnlyByQueue::Off))));
    }
}

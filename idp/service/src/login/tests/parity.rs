//! A user ID that is not there costs what one that is costs: the same statements, the same transactions.

use super::support::{Has, PASSWORD, World, worlds};
use crate::login;

/// Everyone but the last is there.
const EVERYONE: [&str; 6] = ["HKABC101", "HKABC102", "HKABC104", "HKABC105", "HKABC106", "HKABC199"];

async fn populate(world: &World) {
    world.person("HKABC101", Has::App).await;
    world.person("HKABC102", Has::Nothing).await;
    world.person_with("HKABC104", Has::Password, |profile| profile.email = None).await;
    world.person_with("HKABC105", Has::Email, |profile| profile.enabled = false).await;
    let locked = world.person("HKABC106", Has::App).await;
    let tx = world.services().store.begin().await.unwrap();
    let because = countersign_core::journey::lockout::LockedBecause::Otps;
    countersign_store::Activity::on(tx.connection()).lock(&locked.id, because, world.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Statements and transactions that `work` takes.
async fn cost<T>(world: &World, work: impl Future<Output = T>) -> ((u64, u64), T) {
    let store = &world.services().store;
    let before = (store.statements(), store.transactions());
    let outcome = work.await;
    ((store.statements() - before.0, store.transactions() - before.1), outcome)
}

fn same(costs: &[((u64, u64), String)]) {
    assert!(costs[0].0.0 > 0, "nothing was counted");
    assert!(costs.windows(2).all(|pair| pair[0] == pair[1]), "{costs:?}");
}

#[tokio::test]
async fn wrong_passwords() {
    for world in worlds().await {
        populate(&world).await;
        for _ in 0..7 {
            let mut costs = Vec::new();
            for user_id in EVERYONE {
                let (cost, outcome) = cost(&world, world.password(user_id, "wrong")).await;
                costs.push((cost, format!("{:?}", outcome.unwrap_err())));
            }
            same(&costs);
        }
    }
}

#[tokio::test]
async fn the_hundredth_wrong_password() {
    for world in worlds().await {
        populate(&world).await;
        for number in 0..101_u8 {
            let mut costs = Vec::new();
            for user_id in ["HKABC101", "HKABC106", "HKABC199"] {
                let mut visit = world.visit.clone();
                visit.source = std::net::Ipv4Addr::new(198, 51, 100, number).into();
                let (cost, outcome) = cost(&world, world.password_from(&visit, user_id, "wrong")).await;
                costs.push((cost, format!("{:?}", outcome.unwrap_err())));
            }
            same(&costs);
        }
        let mail = world.mail().await;
        assert_eq!(mail.iter().filter(|(to, _)| to.is_some()).count(), 1, "and yet one mail goes out");
    }
}

#[tokio::test]
async fn resets() {
    for world in worlds().await {
        populate(&world).await;
        let sealed = request_all(&world).await;

        world.wait(30);
        let mut costs = Vec::new();
        for sealed in &sealed {
            let (cost, outcome) =
                cost(&world, login::resend_reset(world.services(), &world.visit, sealed)).await;
            outcome.unwrap();
            costs.push((cost, String::new()));
        }
        same(&costs);

        for _ in 0..7 {
            let mut costs = Vec::new();
            for sealed in &sealed {
                let interaction = world.interaction();
                let prove =
                    login::prove_reset(world.services(), &world.visit, &interaction, sealed, "00000000");
                let (cost, outcome) = cost(&world, prove).await;
                costs.push((cost, format!("{:?}", outcome.unwrap_err())));
            }
            same(&costs);
        }

        for _ in 0..3 {
            assert_eq!(request_all(&world).await.len(), EVERYONE.len());
        }
        assert!(request_all(&world).await.is_empty(), "no more mails this hour, for anybody");
        let (to, decoys): (Vec<_>, Vec<_>) = world.mail().await.into_iter().partition(|(to, _)| to.is_some());
        assert_eq!((to.len(), decoys.len()), (15, 15), "the other half goes nowhere");
    }
}

/// A reset for everyone; the sealed states of those that were begun.
async fn request_all(world: &World) -> Vec<String> {
    let (mut costs, mut sealed) = (Vec::new(), Vec::new());
    for user_id in EVERYONE {
        let (cost, outcome) =
            cost(world, login::request_reset(world.services(), &world.visit, user_id)).await;
        costs.push((cost, format!("{:?}", outcome.as_ref().map(String::len))));
        sealed.extend(outcome.ok());
    }
    same(&costs);
    sealed
}

#[tokio::test]
async fn the_right_password_is_all_that_tells() {
    for world in worlds().await {
        populate(&world).await;
        for user_id in ["HKABC101", "HKABC106"] {
            world.password(user_id, PASSWORD).await.expect("locked or not");
        }
    }
}

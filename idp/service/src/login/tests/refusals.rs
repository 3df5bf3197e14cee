use chrono::TimeDelta;
use countersign_core::directory::phase::Phase;

use super::support::{Has, PASSWORD, World, done, worlds};
use crate::login::{ProofError, Refusal};

async fn refused(world: &World, user_id: &str) -> Option<Refusal> {
    world.wait(30);
    let token = world.password(user_id, PASSWORD).await.expect("the password says nothing of it");
    match world.prove(&token, &world.app()).await {
        Ok(advance) => {
            done(advance);
            None
        }
        Err(ProofError::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn who_may_not_come_in_hears_it_after_the_proof() {
    for world in worlds().await {
        let now = world.now();
        world.person("HKABC101", Has::App).await;
        world.person_with("HKABC105", Has::App, |profile| profile.enabled = false).await;
        let tomorrow = Some(now + TimeDelta::days(1));
        world.person_with("HKABC106", Has::App, |profile| profile.enable_from = tomorrow).await;
        let yesterday = Some(now - TimeDelta::days(1));
        world.person_with("HKABC107", Has::App, |profile| profile.disable_after = yesterday).await;
        assert_eq!(refused(&world, "HKABC101").await, None);
        assert_eq!(refused(&world, "HKABC105").await, Some(Refusal::Disabled));
        assert_eq!(refused(&world, "HKABC106").await, Some(Refusal::OutsideDates));
        assert_eq!(refused(&world, "HKABC107").await, Some(Refusal::OutsideDates));
        assert!(world.mail().await.is_empty());
    }
}

#[tokio::test]
async fn the_phase_of_the_profile_s_own_house_decides() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let operator = |profile: &mut countersign_core::directory::profile::Profile| {
            profile.clearing_house = countersign_core::directory::clearing_house::ClearingHouse::Exchange;
        };
        world.person_with("OPS001", Has::App, operator).await;
        for (phase, answer) in
            [(Phase::PreParallel, Some(Refusal::Phase)), (Phase::ParallelRun, None), (Phase::Complete, None)]
        {
            world.phase(phase).await;
            assert_eq!(refused(&world, "HKABC101").await, answer, "{phase:?}");
            assert_eq!(refused(&world, "OPS001").await, None, "{phase:?}");
        }
    }
}

use countersign_core::mail::News;
use countersign_store::Profiles;

use super::support::{Has, PASSWORD, World, browser, worlds, wrong};
use crate::login::{LogInError, ProofError, Refusal, unlock};

async fn is_locked(world: &World, user_id: &str) -> bool {
    let profiles = Profiles::on(world.services().store.read());
    profiles.find_by_user_id(user_id).await.unwrap().unwrap().locked
}

#[tokio::test]
async fn wrong_passwords_slow_down_whoever_sends_them() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        let known = world.visit.clone();
        let stranger = browser("stranger");
        for _ in 0..5 {
            let refused = world.password_from(&stranger, "HKABC101", "wrong").await;
            assert!(matches!(refused, Err(LogInError::Wrong)));
        }
        let refused = world.password_from(&stranger, "HKABC101", PASSWORD).await;
        assert!(matches!(refused, Err(LogInError::Wait { seconds: 2 })), "{refused:?}");
        world
            .password_from(&known, "HKABC101", PASSWORD)
            .await
            .expect("a known browser has its own allowance");
        let mut elsewhere = browser("elsewhere");
        elsewhere.source = "198.51.100.1".parse().unwrap();
        world
            .password_from(&elsewhere, "HKABC101", PASSWORD)
            .await
            .expect("another address is not slowed down");
        world.wait(2);
        world.password_from(&stranger, "HKABC101", PASSWORD).await.expect("the wait is over");
        let again = world.password_from(&stranger, "HKABC101", "wrong").await;
        assert!(matches!(again, Err(LogInError::Wrong)), "a right password gives the tries back");
    }
}

#[tokio::test]
async fn a_known_browser_is_slowed_down_by_its_own_tries() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        for _ in 0..5 {
            world.password("HKABC101", "wrong").await.unwrap_err();
        }
        assert!(matches!(world.password("HKABC101", PASSWORD).await, Err(LogInError::Wait { .. })));
        let mut stolen = browser("another");
        stolen.known = world.visit.known.clone();
        world
            .password_from(&stolen, "HKABC101", PASSWORD)
            .await
            .expect("the cookie is worth nothing elsewhere");
    }
}

#[tokio::test]
async fn a_hundred_wrong_passwords_lock() {
    for world in worlds().await {
        let profile = world.person("HKABC101", Has::App).await;
        for number in 0..100_u8 {
            assert!(!is_locked(&world, "HKABC101").await);
            let mut stranger = browser("stranger");
            stranger.source = std::net::Ipv4Addr::new(198, 51, 100, number).into();
            world.password_from(&stranger, "HKABC101", "wrong").await.unwrap_err();
        }
        assert!(is_locked(&world, "HKABC101").await);
        let mail = world.mail().await;
        assert_eq!(mail.len(), 1);
        assert_eq!(mail[0].0, profile.email);
        assert!(matches!(mail[0].1.news, News::AccountLocked { .. }));

        let right = world.password("HKABC101", PASSWORD).await;
        assert!(matches!(right, Err(LogInError::Wrong)), "guessing on does not find the password: {right:?}");

        let tx = world.services().store.begin().await.unwrap();
        unlock(world.services(), &tx, &profile).await.unwrap();
        tx.commit().await.unwrap();
        world.wait(30);
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        world.prove(&token, &world.app()).await.unwrap();
    }
}

#[tokio::test]
async fn five_wrong_otps_after_a_right_password_lock() {
    for world in worlds().await {
        let profile = world.person("HKABC101", Has::App).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        for _ in 0..4 {
            let refused = world.prove(&token, &wrong(&world.app())).await;
            assert!(matches!(refused, Err(ProofError::Wrong { .. })));
        }
        assert!(!is_locked(&world, "HKABC101").await);
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let fifth = world.prove(&token, &wrong(&world.app())).await;
        assert!(
            matches!(fifth, Err(ProofError::Refused(Refusal::Locked))),
            "another login does not start anew"
        );
        assert!(is_locked(&world, "HKABC101").await);
        let mail = world.mail().await;
        assert_eq!((mail.len(), &mail[0].0), (1, &profile.email));

        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let right = world.prove(&token, &world.app()).await;
        assert!(matches!(right, Err(ProofError::Refused(Refusal::Locked))));
        assert!(world.mail().await.is_empty(), "told once");
    }
}

#[tokio::test]
async fn a_login_forgets_the_wrong_otps_before_it() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        for _ in 0..3 {
            let token = world.password("HKABC101", PASSWORD).await.unwrap();
            for _ in 0..4 {
                world.prove(&token, &wrong(&world.app())).await.unwrap_err();
            }
            world.log_in_by_app("HKABC101").await;
        }
        assert!(!is_locked(&world, "HKABC101").await);
    }
}

#[tokio::test]
async fn unlocking_forgets_what_locked() {
    for mut world in worlds().await {
        let profile = world.person("HKABC101", Has::App).await;
        for number in 0..100_u8 {
            let mut stranger = browser("stranger");
            stranger.source = std::net::Ipv4Addr::new(198, 51, 100, number).into();
            world.password_from(&stranger, "HKABC101", "wrong").await.unwrap_err();
        }
        let tx = world.services().store.begin().await.unwrap();
        unlock(world.services(), &tx, &profile).await.unwrap();
        tx.commit().await.unwrap();
        world.password("HKABC101", "wrong").await.unwrap_err();
        assert!(!is_locked(&world, "HKABC101").await);
        world.log_in_by_app("HKABC101").await;
    }
}

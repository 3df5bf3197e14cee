use countersign_core::mail::News;
use countersign_store::Profiles;

use super::support::{Has, PASSWORD, World, browser, done, worlds, wrong};
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

/// A hundred guesses at the password of HKABC101, each from an address of its own.
async fn strangers_guess(world: &World) {
    for number in 0..100_u8 {
        let mut stranger = browser("stranger");
        stranger.source = std::net::Ipv4Addr::new(198, 51, 100, number).into();
        world.password_from(&stranger, "HKABC101", "wrong").await.unwrap_err();
    }
    assert!(is_locked(world, "HKABC101").await);
}

#[tokio::test]
async fn strangers_lock_nobody_out_of_the_browser_they_always_use() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        strangers_guess(&world).await;
        for _ in 0..2 {
            world.log_in_by_app("HKABC101").await;
            assert!(is_locked(&world, "HKABC101").await, "a login unlocks nothing");
            let right = world.password_from(&browser("stranger"), "HKABC101", PASSWORD).await;
            assert!(matches!(right, Err(LogInError::Wrong)), "strangers guess on in vain: {right:?}");
        }
    }
}

#[tokio::test]
async fn what_strangers_locked_stays_locked_for_a_browser_that_is_new() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let begun = browser("begun before");
        let token = world.password_from(&begun, "HKABC101", PASSWORD).await.unwrap();
        world.log_in_by_app("HKABC101").await;
        strangers_guess(&world).await;
        world.wait(30);
        let otp = world.app();
        let refused = crate::login::prove_otp(world.services(), &begun, &token, &otp).await;
        assert!(matches!(refused, Err(ProofError::Refused(Refusal::Locked))), "{refused:?}");
    }
}

#[tokio::test]
async fn wrong_otps_lock_a_known_browser_too() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        strangers_guess(&world).await;
        world.wait(30);
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        for _ in 0..5 {
            world.prove(&token, &wrong(&world.app())).await.unwrap_err();
        }
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let right = world.prove(&token, &world.app()).await;
        assert!(matches!(right, Err(ProofError::Refused(Refusal::Locked))), "{right:?}");
    }
}

#[tokio::test]
async fn a_known_browser_guesses_no_more_than_strangers_do() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        for _ in 0..100 {
            assert!(!is_locked(&world, "HKABC101").await);
            world.wait(300);
            let refused = world.password("HKABC101", "wrong").await;
            assert!(matches!(refused, Err(LogInError::Wrong)), "{refused:?}");
        }
        assert!(is_locked(&world, "HKABC101").await);
        world.wait(300);
        let right = world.password("HKABC101", PASSWORD).await;
        assert!(matches!(right, Err(LogInError::Wrong)), "{right:?}");
    }
}

#[tokio::test]
async fn a_crowded_address_does_not_stop_the_browsers_known_there() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        world.crowd(0).await;
        let stranger = browser("stranger");
        let refused = world.password_from(&stranger, "HKABC101", PASSWORD).await;
        assert!(matches!(refused, Err(LogInError::Wait { .. })), "{refused:?}");
        world.wait(30);
        let token = world.password("HKABC101", PASSWORD).await.expect("known here");
        done(world.prove(&token, &world.app()).await.unwrap());
        let elsewhere = world.password("HKABC102", PASSWORD).await;
        assert!(matches!(elsewhere, Err(LogInError::Wait { .. })), "and known for one user ID alone");
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

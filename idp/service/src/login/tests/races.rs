//! Thirty-two at once, and one wins.

use std::sync::Arc;
use std::time::Duration;

use countersign_store::{Activity, Passwords};

use super::support::{Has, PASSWORD, World, secret, worlds, wrong};
use crate::account::{ChangePasswordError, change_password};
use crate::login::{self, Advance, Attempt, LogInError, ProofError, SetPasswordError};
use crate::{enrolment, sessions};

const RACERS: usize = 32;

/// Runs `race` on `RACERS` tasks and counts those that won.
async fn winners<F>(world: &World, race: impl Fn(Arc<crate::Services>, login::Visit, usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tasks: Vec<_> = (0..RACERS)
        .map(|racer| tokio::spawn(race(Arc::clone(world.services()), world.visit.clone(), racer)))
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap());
    }
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn for_one_mailed_otp() {
    for world in worlds().await {
        world.person("HKABC101", Has::Email).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let otp = world.mailed_otp().await;
        let won = winners(&world, |services, visit, _| {
            let (token, otp) = (token.clone(), otp.clone());
            async move { matches!(login::prove_otp(&services, &visit, &token, &otp).await, Ok(Advance::Done(_))) }
        });
        assert_eq!(won.await, 1, "{}", world.node.database.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn for_one_totp_step_in_as_many_logins() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let mut tokens = Vec::new();
        for _ in 0..RACERS {
            tokens.push(world.password("HKABC101", PASSWORD).await.unwrap());
        }
        let otp = world.app();
        let won = winners(&world, |services, visit, racer| {
            let (token, otp) = (tokens[racer].clone(), otp.clone());
            async move { matches!(login::prove_otp(&services, &visit, &token, &otp).await, Ok(Advance::Done(_))) }
        });
        assert_eq!(won.await, 1, "{}", world.node.database.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_as_many_wrong_otps_at_most_five_are_looked_at() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let otp = wrong(&world.app());
        let looked_at = winners(&world, |services, visit, _| {
            let (token, otp) = (token.clone(), otp.clone());
            async move {
                matches!(
                    login::prove_otp(&services, &visit, &token, &otp).await,
                    Err(ProofError::Wrong { .. })
                )
            }
        });
        assert_eq!(looked_at.await, 4, "the fifth locks, on {}", world.node.database.kind);
        assert_eq!(world.mail().await.len(), 1, "and its owner is told once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn for_one_otp_of_a_reset_and_its_new_password() {
    for world in worlds().await {
        world.person("HKABC101", Has::Nothing).await;
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        let interaction = world.interaction();
        let tokens = Arc::new(std::sync::Mutex::new(Vec::new()));
        let won = winners(&world, |services, visit, _| {
            let (sealed, otp, interaction) = (sealed.clone(), otp.clone(), interaction.clone());
            let tokens = Arc::clone(&tokens);
            async move {
                let token = login::prove_reset(&services, &visit, &interaction, &sealed, &otp).await;
                token.map(|token| tokens.lock().unwrap().push(token.expose().to_owned())).is_ok()
            }
        });
        assert_eq!(won.await, 1, "{}", world.node.database.kind);
        let token = tokens.lock().unwrap()[0].clone();
        let won = winners(&world, |services, visit, racer| {
            let (token, new) = (token.clone(), secret(&format!("teal-badger-violin-{racer}x7")));
            async move { login::set_password(&services, &visit, &token, &new, &new).await.is_ok() }
        });
        assert_eq!(won.await, 1, "{}", world.node.database.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_as_many_wrong_passwords_five_are_looked_at() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let looked_at = winners(&world, |services, visit, _| {
            let interaction = world.interaction();
            async move {
                let outcome =
                    login::log_in(&services, &visit, &interaction, "HKABC101", &secret("wrong")).await;
                matches!(outcome, Err(login::LogInError::Wrong))
            }
        });
        assert_eq!(looked_at.await, 5, "{}", world.node.database.kind);
    }
}

/// A login that ends, two resets, a wrong OTP and a change of the password, all of one user at once: some of them
/// find themselves overtaken, but none waits for another in a circle.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_that_one_user_can_do_at_once_nothing_breaks() {
    for mut world in worlds().await {
        let person = world.person("HKABC101", Has::App).await;
        for round in 0..12 {
            world.wait(3600);
            let phc = world.services().hasher.hash(&secret(PASSWORD)).await.unwrap();
            let tx = world.services().store.begin().await.unwrap();
            enrolment::set_password(world.services(), &tx, &person.id, &phc).await.unwrap();
            tx.commit().await.unwrap();
            let cookie = world.log_in_by_app("HKABC101").await;
            let present = sessions::peek(world.services(), &cookie).await.unwrap().unwrap();
            world.wait(30);
            let ending = world.password("HKABC101", PASSWORD).await.unwrap();
            let guessing = world.password("HKABC101", PASSWORD).await.unwrap();
            let mut resets = Vec::new();
            for _ in 0..2 {
                let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
                let (own, otp) = (world.interaction(), world.mailed_otp().await);
                let token = login::prove_reset(world.services(), &world.visit, &own, &sealed, &otp).await;
                resets.push(token.unwrap().expose().to_owned());
            }
            let otp = world.app();
            let broken = winners(&world, |services, visit, racer| {
                let new = secret(&format!("teal-badger-violin-{round}x{racer}7"));
                let (ending, guessing, otp) = (ending.clone(), guessing.clone(), otp.clone());
                let (present, reset) = (present.clone(), resets[racer / 8 % 2].clone());
                async move {
                    match racer % 4 {
                        0 => matches!(
                            login::prove_otp(&services, &visit, &ending, &otp).await,
                            Err(ProofError::Fault(_))
                        ),
                        1 => matches!(
                            login::set_password(&services, &visit, &reset, &new, &new).await,
                            Err(SetPasswordError::Fault(_))
                        ),
                        2 => matches!(
                            change_password(&services, &visit, &present, &secret(PASSWORD), (&new, &new))
                                .await,
                            Err(ChangePasswordError::Fault(_))
                        ),
                        _ if racer > 8 => false,
                        _ => matches!(
                            login::prove_otp(&services, &visit, &guessing, &wrong(&otp)).await,
                            Err(ProofError::Fault(_))
                        ),
                    }
                }
            });
            assert_eq!(broken.await, 0, "{}", world.node.database.kind);
        }
    }
}

const NEW: &str = "teal-badger-violin-58";

/// A reset of the password, from the mail to its end.
async fn reset(world: &World, new: &str) {
    let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
    let (own, otp) = (world.interaction(), world.mailed_otp().await);
    let token = login::prove_reset(world.services(), &world.visit, &own, &sealed, &otp).await.unwrap();
    let new = secret(new);
    login::set_password(world.services(), &world.visit, token.expose(), &new, &new).await.unwrap();
}

#[tokio::test]
async fn a_password_that_was_right_before_a_reset_opens_nothing_after_it() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let cookie = world.log_in_by_app("HKABC101").await;
        let present = sessions::peek(world.services(), &cookie).await.unwrap().unwrap();
        let (old, own) = (secret(PASSWORD), world.interaction());
        let attempt = || login::attempt(world.services(), &world.visit, "HKABC101", &old);
        let (Attempt::Right(first), Attempt::Right(second)) =
            (attempt().await.unwrap(), attempt().await.unwrap())
        else {
            panic!("wrong")
        };
        reset(&world, NEW).await;

        let opened = login::password::open(world.services(), &world.visit, &own, &first, None);
        assert!(matches!(opened.await, Err(LogInError::Wrong)), "{}", world.node.database.kind);
        let phc = world.services().hasher.hash(&secret("amber-walrus-cello-19")).await.unwrap();
        let changed =
            crate::account::replace(world.services(), &world.visit, &present, &second, Ok(phc)).await;
        assert!(matches!(changed, Err(ChangePasswordError::Wrong)), "{}", world.node.database.kind);
        world.password("HKABC101", NEW).await.expect("the reset stands");
    }
}

/// The reset has written and not yet committed when the old password is found right.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_login_waits_for_the_reset_that_outdates_it() {
    for world in worlds().await {
        let person = world.person("HKABC101", Has::App).await;
        let phc = world.services().hasher.hash(&secret(NEW)).await.unwrap();
        let tx = world.services().store.begin().await.unwrap();
        Activity::on(tx.connection()).hold(&person.id).await.unwrap();
        let passwords = Passwords::on(tx.connection());
        passwords.set(&person.id, &phc, 8, world.now(), &*world.services().entropy).await.unwrap();
        drop(passwords);

        let (services, visit, own) = (Arc::clone(world.services()), world.visit.clone(), world.interaction());
        let login = tokio::spawn(async move {
            login::log_in(&services, &visit, &own, "HKABC101", &secret(PASSWORD)).await.map(|_| ())
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!login.is_finished(), "{}", world.node.database.kind);
        tx.commit().await.unwrap();
        let outcome = login.await.unwrap();
        assert!(matches!(outcome, Err(LogInError::Wrong)), "{}: {outcome:?}", world.node.database.kind);
    }
}

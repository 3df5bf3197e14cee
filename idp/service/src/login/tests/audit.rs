//! What people do to their own accounts is in the audit trail, once, and holds no secret.

use countersign_core::directory::actor::Scope;
use countersign_core::journey::otp::TotpSecret;
use countersign_core::journey::steps::{Action, Channel};
use countersign_store::{Audit, AuditFilter, FoundRecord};

use super::support::{Has, PASSWORD, World, done, secret, worlds, wrong};
use crate::audit::{close_hours, flush};
use crate::login::{Advance, PageOf};
use crate::{account, login, sessions};

const NEW: &str = "teal-badger-violin-41";

async fn trail(world: &World) -> Vec<FoundRecord> {
    let scope = Scope::of_the_installation();
    let audit = Audit::on(world.services().store.read());
    let mut all = audit.search(&scope, &AuditFilter::default(), None, 1000).await.unwrap();
    all.reverse();
    all
}

async fn actions(world: &World) -> Vec<String> {
    let mut actions: Vec<_> = trail(world).await.into_iter().map(|found| found.record.action).collect();
    actions.sort();
    actions
}

#[tokio::test]
async fn a_login_says_who_from_where_and_how() {
    for mut world in worlds().await {
        let profile = world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        let trail = trail(&world).await;
        assert_eq!(trail.len(), 1, "{}", world.node.database.kind);
        let record = &trail[0].record;
        assert_eq!((record.action.as_str(), record.outcome.as_str()), ("logged_in", "done"));
        assert_eq!(record.actor_id.as_deref(), Some(profile.id.as_str()));
        assert_eq!(record.subject_name.as_deref(), Some("HKABC101"));
        assert_eq!(record.actor_participant.as_deref(), Some("HKCC ABC"));
        assert_eq!(record.participant_id.as_deref(), Some("abc"));
        assert_eq!(record.source.as_deref(), Some("203.0.113.7"));
        assert!(record.body.contains(r#""method":"otp-app""#), "{}", record.body);
    }
}

#[tokio::test]
async fn everything_about_ones_own_account_is_recorded() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let first = world.log_in_by_app("HKABC101").await;
        world.visit.session = Some(first.clone());
        let present = sessions::peek(world.services(), &first).await.unwrap().unwrap();
        let new = secret(NEW);
        account::change_password(world.services(), &world.visit, &present, &secret(PASSWORD), (&new, &new))
            .await
            .unwrap();
        let own = world.interaction();
        let token =
            account::begin_change(world.services(), &world.visit, &own, Channel::Email).await.unwrap();
        world.wait(30);
        assert!(matches!(world.prove(token.expose(), &world.app()).await.unwrap(), Advance::Page));
        done(world.act(token.expose(), Action::Accept).await);
        let token = account::begin_change(world.services(), &world.visit, &own, Channel::App).await.unwrap();
        let otp = world.mailed_otp().await;
        world.prove(token.expose(), &otp).await.unwrap();
        let PageOf::ScanQr { secret, .. } = world.page(token.expose()).await.step else { panic!("a code") };
        world.act(token.expose(), Action::Continue).await;
        let otp = TotpSecret::from_base32(secret.expose()).unwrap().otp_at(world.now()).unwrap();
        done(world.prove(token.expose(), otp.expose()).await.unwrap());
        account::sign_out(world.services(), &world.visit, &present).await.unwrap();
        let expected = ["factor_added", "factor_removed", "logged_in", "password_changed", "session_ended"];
        assert_eq!(actions(&world).await, expected, "{}", world.node.database.kind);
    }
}

#[tokio::test]
async fn wrong_otps_are_recorded_up_to_the_lock_and_no_further() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        for _ in 0..5 {
            world.wait(30);
            let token = world.password("HKABC101", PASSWORD).await.unwrap();
            world.prove(&token, &wrong(&world.app())).await.unwrap_err();
        }
        let mut expected = vec!["otp_wrong"; 5];
        expected.push("profile_locked");
        assert_eq!(actions(&world).await, expected, "{}", world.node.database.kind);
        for _ in 0..5 {
            world.wait(30);
            let token = world.password("HKABC101", PASSWORD).await.unwrap();
            world.prove(&token, &world.app()).await.unwrap_err();
        }
        assert_eq!(actions(&world).await.len(), 6);
    }
}

#[tokio::test]
async fn a_refusal_after_the_proof_is_a_denied_attempt() {
    for world in worlds().await {
        world.person_with("HKABC101", Has::App, |profile| profile.enabled = false).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        world.prove(&token, &world.app()).await.unwrap_err();
        let trail = trail(&world).await;
        assert_eq!(trail.len(), 1);
        let record = &trail[0].record;
        assert_eq!((record.action.as_str(), record.outcome.as_str()), ("login_refused", "denied"));
    }
}

#[tokio::test]
async fn strangers_write_counts_and_nothing_that_they_typed() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        for typed in ["HKABC101", "HKABC199", "hunter2"] {
            world.password(typed, "wrong").await.unwrap_err();
        }
        login::request_reset(world.services(), &world.visit, "hunter2").await.unwrap();
        flush(world.services()).await.unwrap();
        assert!(trail(&world).await.is_empty());
        world.wait(3600);
        close_hours(world.services()).await.unwrap();
        let trail = trail(&world).await;
        let mut reasons: Vec<_> = trail.iter().map(|found| found.record.body.clone()).collect();
        reasons.sort();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons[0].contains(r#""count":1"#) && reasons[0].contains("reset_requested"));
        assert!(reasons[1].contains(r#""count":3"#) && reasons[1].contains("wrong_password"));
        let all = format!("{trail:?}");
        assert!(!all.contains("hunter2") && !all.contains("HKABC1"), "{all}");
    }
}

#[tokio::test]
async fn no_secret_enters_the_trail() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.wait(30);
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let otp = world.app();
        let bad = wrong(&otp);
        world.prove(&token, &bad).await.unwrap_err();
        let cookie = done(world.prove(&token, &otp).await.unwrap()).session.unwrap();
        world.visit.session = Some(cookie.expose().to_owned());
        let present = sessions::peek(world.services(), cookie.expose()).await.unwrap().unwrap();
        let new = secret(NEW);
        account::change_password(world.services(), &world.visit, &present, &secret(PASSWORD), (&new, &new))
            .await
            .unwrap();
        let all = format!("{:?}", trail(&world).await);
        for known in [PASSWORD, NEW, &token, &otp, &bad, cookie.expose(), &world.visit.browser, "argon2"] {
            assert!(!all.contains(known), "{known} in {all}");
        }
    }
}

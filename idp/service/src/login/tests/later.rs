use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::interaction::Reason;

use super::support::{Has, PASSWORD, done, worlds, wrong};
use crate::login::{self, ActError, LogInError, ProofError, StepUpError};
use crate::sessions;

#[tokio::test]
async fn the_last_access_is_the_one_before() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let first = world.log_in_by_app("HKABC101").await;
        let present = sessions::peek(world.services(), &first).await.unwrap().unwrap();
        assert_eq!(present.session.prior_access, None);
        let browser = present.session.browser.expect("the browser that it is in");
        assert!(!browser.as_str().contains(&world.visit.browser), "hashed");
        let at = world.now();
        world.wait(600);
        let second = world.log_in_by_app("HKABC101").await;
        let access =
            sessions::peek(world.services(), &second).await.unwrap().unwrap().session.prior_access.unwrap();
        assert_eq!(
            (access.time, access.method.as_str(), access.source.as_str()),
            (at, "otp-app", "203.0.113.7")
        );
        let again = sessions::peek(world.services(), &second).await.unwrap().unwrap().session.browser;
        assert_eq!(again, Some(browser), "the same browser");
        "csb_another".clone_into(&mut world.visit.browser);
        let elsewhere = world.log_in_by_app("HKABC101").await;
        let other = sessions::peek(world.services(), &elsewhere).await.unwrap().unwrap().session.browser;
        assert!(other.is_some() && other != again, "another browser");
    }
}

#[tokio::test]
async fn a_mailed_otp_ages_runs_out_of_tries_and_works_once() {
    for world in worlds().await {
        world.person("HKABC101", Has::Email).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let otp = world.mailed_otp().await;
        world.wait(300);
        assert!(matches!(world.prove(&token, &otp).await, Err(ProofError::TooOld)));

        login::resend(world.services(), &world.visit, &token).await.unwrap();
        let fresh = world.mailed_otp().await;
        if fresh != otp {
            assert!(matches!(world.prove(&token, &otp).await, Err(ProofError::Wrong { left: Some(4) })));
        }
        done(world.prove(&token, &fresh).await.unwrap());
        assert!(matches!(world.prove(&token, &fresh).await, Err(ProofError::Gone)));
    }
}

#[tokio::test]
async fn mails_cool_down_and_are_limited_by_the_hour() {
    for world in worlds().await {
        world.person("HKABC101", Has::Email).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let soon = login::resend(world.services(), &world.visit, &token).await;
        assert!(matches!(soon, Err(ActError::TooSoon { seconds: 30 })), "{soon:?}");
        for _ in 0..4 {
            world.wait(30);
            login::resend(world.services(), &world.visit, &token).await.unwrap();
        }
        assert_eq!(world.mail().await.len(), 5);
        world.wait(30);
        let sixth = login::resend(world.services(), &world.visit, &token).await;
        assert!(matches!(sixth, Err(ActError::MailLimit)));
        for _ in 0..7 {
            let limited = world.password("HKABC101", PASSWORD).await;
            assert!(
                matches!(limited, Err(LogInError::MailLimit)),
                "right, and not counted as wrong: {limited:?}"
            );
        }
        assert!(world.mail().await.is_empty());
        world.wait(3600);
        world.password("HKABC101", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn a_step_up_asks_for_the_app_alone_and_keeps_the_session() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let cookie = world.log_in_by_app("HKABC101").await;
        let before = sessions::peek(world.services(), &cookie).await.unwrap().unwrap().session;
        world.wait(60);
        let mut interaction = world.interaction();
        interaction.requirement.reason = Reason::StrongerFactor;
        interaction.requirement.acr = Some(Acr::OtpApp);
        let refused = login::begin_step_up(world.services(), &world.visit, &interaction).await;
        assert!(matches!(refused, Err(StepUpError::NoSession)));

        world.visit.session = Some(cookie.clone());
        let token = login::begin_step_up(world.services(), &world.visit, &interaction).await.unwrap();
        assert!(matches!(
            world.prove(token.expose(), &wrong(&world.app())).await,
            Err(ProofError::Wrong { .. })
        ));
        let arrival = done(world.prove(token.expose(), &world.app()).await.unwrap());
        let renewed = arrival.session.unwrap();
        let after = sessions::peek(world.services(), renewed.expose()).await.unwrap().unwrap().session;
        assert_eq!(after.id, before.id);
        assert!(after.auth_time > before.auth_time);
        assert!(
            sessions::peek(world.services(), &cookie).await.unwrap().is_none(),
            "the old cookie is worth nothing"
        );

        interaction.requirement.acr = Some(Acr::Passkey);
        world.visit.session = Some(renewed.expose().to_owned());
        let refused = login::begin_step_up(world.services(), &world.visit, &interaction).await;
        assert!(matches!(refused, Err(StepUpError::Unreachable)));
    }
}

#[tokio::test]
async fn a_step_up_dies_with_its_session() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.visit.session = Some(world.log_in_by_app("HKABC101").await);
        world.wait(60);
        let mut interaction = world.interaction();
        interaction.requirement.reason = Reason::StrongerFactor;
        let token = login::begin_step_up(world.services(), &world.visit, &interaction).await.unwrap();
        let cookie = world.visit.session.clone().unwrap();
        let present = sessions::peek(world.services(), &cookie).await.unwrap().unwrap();
        crate::account::sign_out(world.services(), &world.visit, &present).await.unwrap();
        assert!(matches!(world.prove(token.expose(), &world.app()).await, Err(ProofError::Gone)));
    }
}

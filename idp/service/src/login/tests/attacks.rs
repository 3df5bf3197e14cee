use countersign_core::oauth::session::EndedBecause;

use super::support::{Has, PASSWORD, browser, done, worlds};
use crate::login::{self, ActError, ProofError, ProveResetError, RequestResetError, SetPasswordError};
use crate::{Purpose, interaction, sessions};

#[tokio::test]
async fn a_login_belongs_to_the_browser_it_began_in() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let thief = browser("thief");
        assert!(login::page(world.services(), &thief, &token).await.unwrap().is_none());
        let proved = login::prove_otp(world.services(), &thief, &token, &world.app()).await;
        assert!(matches!(proved, Err(ProofError::Gone)));
        let resent = login::resend(world.services(), &thief, &token).await;
        assert!(matches!(resent, Err(ActError::Gone)));
        done(world.prove(&token, &world.app()).await.unwrap());
    }
}

#[tokio::test]
async fn a_reset_belongs_to_the_browser_that_asked() {
    for world in worlds().await {
        world.person("HKABC101", Has::Nothing).await;
        let thief = browser("thief");
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        let own = world.interaction();
        assert!(login::reset_page(world.services(), &thief, &sealed).is_none());
        let proved = login::prove_reset(world.services(), &thief, &own, &sealed, &otp).await;
        assert!(matches!(proved, Err(ProveResetError::Gone)));
        let resent = login::resend_reset(world.services(), &thief, &sealed).await;
        assert!(matches!(resent, Err(RequestResetError::Gone)));
        let token = login::prove_reset(world.services(), &world.visit, &own, &sealed, &otp).await.unwrap();
        let new = super::support::secret("teal-badger-violin-58");
        let set = login::set_password(world.services(), &thief, token.expose(), &new, &new).await;
        assert!(matches!(set, Err(SetPasswordError::Gone)));
        login::set_password(world.services(), &world.visit, token.expose(), &new, &new).await.unwrap();
    }
}

#[tokio::test]
async fn sealed_values_do_not_serve_for_one_another() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let sealed = interaction::seal(world.services(), &world.interaction(), &world.visit.browser).unwrap();
        assert!(interaction::open(world.services(), &sealed, "thief").is_none());
        assert!(login::reset_page(world.services(), &world.visit, &sealed).is_none());
        assert!(login::page(world.services(), &world.visit, &sealed).await.unwrap().is_none());
        let forged = world.services().vault.seal(Purpose::LoginState, b"browser-one", b"{}").unwrap();
        assert!(login::reset_page(world.services(), &world.visit, &forged).is_none());
    }
}

#[tokio::test]
async fn a_login_and_a_reset_do_not_serve_for_one_another() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let login_token = world.password("HKABC101", PASSWORD).await.unwrap();
        let new = super::support::secret("teal-badger-violin-58");
        let set = login::set_password(world.services(), &world.visit, &login_token, &new, &new).await;
        assert!(matches!(set, Err(SetPasswordError::Gone)), "a right password alone changes no password");

        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        let own = world.interaction();
        let token = login::prove_reset(world.services(), &world.visit, &own, &sealed, &otp).await.unwrap();
        assert!(matches!(world.prove(token.expose(), &world.app()).await, Err(ProofError::Gone)));
    }
}

#[tokio::test]
async fn everything_under_way_expires() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        world.wait(30 * 60 + 1);
        assert!(matches!(world.prove(&token, &world.app()).await, Err(ProofError::Gone)));
        assert!(login::reset_page(world.services(), &world.visit, &sealed).is_none());
    }
}

#[tokio::test]
async fn a_planted_session_cookie_gains_nothing() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.person("HKABC102", Has::App).await;
        let attackers = world.log_in_by_app("HKABC102").await;
        world.visit.session = Some(attackers.clone());
        let victims = world.log_in_by_app("HKABC101").await;
        assert_ne!(attackers, victims);
        assert!(sessions::peek(world.services(), &attackers).await.unwrap().is_none(), "and ends with it");
        let present = sessions::peek(world.services(), &victims).await.unwrap().unwrap();
        assert_eq!(present.profile.user_id, "HKABC101");

        world.visit.session = Some("css_planted".into());
        assert_ne!(world.log_in_by_app("HKABC101").await, "css_planted");
    }
}

#[tokio::test]
async fn nobody_else_s_session_is_ended() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.person("HKABC102", Has::App).await;
        let mine = world.log_in_by_app("HKABC101").await;
        let theirs = world.log_in_by_app("HKABC102").await;
        let me = sessions::peek(world.services(), &mine).await.unwrap().unwrap();
        let them = sessions::peek(world.services(), &theirs).await.unwrap().unwrap();
        crate::account::end_session(world.services(), &world.visit, &me, &them.session.id).await.unwrap();
        assert!(sessions::peek(world.services(), &theirs).await.unwrap().is_some());
        let tx = world.services().store.begin().await.unwrap();
        sessions::end(world.services(), &tx, &them.session, EndedBecause::SignedOut).await.unwrap();
        tx.commit().await.unwrap();
        assert!(sessions::peek(world.services(), &theirs).await.unwrap().is_none());
    }
}

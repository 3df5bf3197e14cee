use countersign_core::directory::profile::UserKind;
use countersign_core::journey::otp::TotpSecret;
use countersign_core::journey::password_policy::BrokenRule;
use countersign_core::journey::steps::{Action, Channel};
use countersign_core::mail::{Factor, News};
use countersign_core::secret::OpaqueToken;

use super::support::{Has, PASSWORD, World, done, secret, worlds, wrong};
use crate::account::{self, ChangeChannelError, ChangePasswordError};
use crate::login::{OtpPage, PageOf, ProofError, SettingsNews};
use crate::sessions::{self, Present};

const NEW: &str = "teal-badger-violin-58";

async fn present(world: &World) -> Present {
    let cookie = world.visit.session.as_deref().unwrap();
    sessions::peek(world.services(), cookie).await.unwrap().unwrap()
}

async fn begin(world: &World, channel: Channel) -> Result<OpaqueToken, ChangeChannelError> {
    account::begin_change(world.services(), &world.visit, &world.interaction(), channel).await
}

#[tokio::test]
async fn from_the_app_to_email() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.visit.session = Some(world.log_in_by_app("HKABC101").await);
        assert!(account::overview(world.services(), &present(&world).await).await.unwrap().means.soft_token);
        world.wait(30);
        let token = begin(&world, Channel::Email).await.unwrap();
        assert!(matches!(
            world.prove(token.expose(), &wrong(&world.app())).await,
            Err(ProofError::Wrong { .. })
        ));
        world.prove(token.expose(), &world.app()).await.unwrap();
        assert!(matches!(world.page(token.expose()).await.step, PageOf::EmailRisk));
        let arrival = done(world.act(token.expose(), Action::Accept).await);
        assert_eq!((arrival.news, arrival.session.is_none()), (Some(SettingsNews::EmailChosen), true));
        let mail = world.mail().await;
        let told = |fits: fn(&News) -> bool| mail.iter().filter(|(_, mail)| fits(&mail.news)).count();
        let removed =
            |news: &News| matches!(news, News::FactorRemoved { factor: Factor::AuthenticatorApp, .. });
        let added = |news: &News| matches!(news, News::FactorAdded { factor: Factor::Email, .. });
        assert_eq!((told(removed), told(added), mail.len()), (1, 1, 2));
        world.password("HKABC101", PASSWORD).await.unwrap();
        world.mailed_otp().await;
    }
}

#[tokio::test]
async fn from_email_to_the_app() {
    for mut world in worlds().await {
        let kind = |profile: &mut countersign_core::directory::profile::Profile| {
            profile.kind = UserKind::DelegatedAdministrator;
        };
        world.person("HKABC101", Has::Email).await;
        world.person_with("HKABC1X1", Has::Email, kind).await;
        for user_id in ["HKABC101", "HKABC1X1"] {
            world.visit.session = None;
            let token = world.password(user_id, PASSWORD).await.unwrap();
            let otp = world.mailed_otp().await;
            let arrival = done(world.prove(&token, &otp).await.unwrap());
            world.visit.session = arrival.session.map(|token| token.expose().to_owned());

            let token = begin(&world, Channel::App).await.unwrap();
            assert!(matches!(world.page(token.expose()).await.step, PageOf::Otp(OtpPage::Email { .. })));
            let otp = world.mailed_otp().await;
            world.prove(token.expose(), &otp).await.unwrap();
            let page = world.page(token.expose()).await.step;
            if user_id == "HKABC1X1" {
                assert!(matches!(page, PageOf::EnrolmentCode), "the mailbox alone adds no factor");
                continue;
            }
            let PageOf::ScanQr { secret, .. } = page else { panic!("{page:?}") };
            world.act(token.expose(), Action::Continue).await;
            let otp = TotpSecret::from_base32(secret.expose()).unwrap().otp_at(world.now()).unwrap();
            let arrival = done(world.prove(token.expose(), otp.expose()).await.unwrap());
            assert_eq!(arrival.news, Some(SettingsNews::DeviceRegistered));
            let mail = world.mail().await;
            assert!(matches!(mail[0].1.news, News::FactorAdded { factor: Factor::AuthenticatorApp, .. }));
            assert!(matches!(begin(&world, Channel::App).await, Err(ChangeChannelError::Unreachable)));
        }
    }
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let other = world.log_in_by_app("HKABC101").await;
        world.visit.session = Some(world.log_in_by_app("HKABC101").await);
        let present = present(&world).await;
        let change = |current: &str, new: &str| {
            let (current, new) = (secret(current), secret(new));
            let (world, present) = (&world, &present);
            async move {
                account::change_password(world.services(), &world.visit, present, &current, (&new, &new))
                    .await
            }
        };
        assert!(matches!(change("wrong", NEW).await, Err(ChangePasswordError::Wrong)));
        let reused = change(PASSWORD, PASSWORD).await;
        assert!(
            matches!(reused, Err(ChangePasswordError::Broken(rules)) if rules == [BrokenRule::Reused(8)])
        );
        assert!(sessions::peek(world.services(), &other).await.unwrap().is_some());
        change(PASSWORD, NEW).await.unwrap();
        assert!(sessions::peek(world.services(), &other).await.unwrap().is_none());
        let own = world.visit.session.clone().unwrap();
        assert!(sessions::peek(world.services(), &own).await.unwrap().is_some());
        let mail = world.mail().await;
        assert!(matches!(mail[0].1.news, News::PasswordChanged { .. }));
        world.password("HKABC101", NEW).await.unwrap();
        assert!(world.password("HKABC101", PASSWORD).await.is_err());
    }
}

#[tokio::test]
async fn the_present_password_cannot_be_guessed_from_within() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.visit.session = Some(world.log_in_by_app("HKABC101").await);
        let present = present(&world).await;
        let new = secret(NEW);
        for _ in 0..5 {
            let wrong = secret("wrong");
            account::change_password(world.services(), &world.visit, &present, &wrong, (&new, &new))
                .await
                .unwrap_err();
        }
        let right = secret(PASSWORD);
        let sixth =
            account::change_password(world.services(), &world.visit, &present, &right, (&new, &new)).await;
        assert!(matches!(sixth, Err(ChangePasswordError::Wait { .. })));
    }
}

#[tokio::test]
async fn ending_sessions() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let first = world.log_in_by_app("HKABC101").await;
        let second = world.log_in_by_app("HKABC101").await;
        world.visit.session = Some(world.log_in_by_app("HKABC101").await);
        let present = present(&world).await;
        assert_eq!(account::overview(world.services(), &present).await.unwrap().sessions.len(), 3);
        let id = sessions::peek(world.services(), &first).await.unwrap().unwrap().session.id;
        account::end_session(world.services(), &world.visit, &present, &id).await.unwrap();
        assert!(sessions::peek(world.services(), &first).await.unwrap().is_none());
        account::end_other_sessions(world.services(), &world.visit, &present).await.unwrap();
        assert!(sessions::peek(world.services(), &second).await.unwrap().is_none());
        assert_eq!(account::overview(world.services(), &present).await.unwrap().sessions.len(), 1);
        account::sign_out(world.services(), &world.visit, &present).await.unwrap();
        assert!(account::overview(world.services(), &present).await.unwrap().sessions.is_empty());
    }
}

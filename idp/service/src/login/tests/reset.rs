use countersign_core::directory::phase::Phase;
use countersign_core::journey::password_policy::BrokenRule;
use countersign_core::mail::{CodePurpose, News};

use super::support::{Has, PASSWORD, World, browser, done, secret, worlds, wrong};
use crate::login::{
    self, LogInError, OtpPage, PageOf, ProofError, ProveResetError, Refusal, RequestResetError,
    SetPasswordError,
};
use crate::sessions;

const NEW: &str = "teal-badger-violin-58";

/// A reset whose OTP was right.
async fn proved(world: &World, user_id: &str) -> String {
    let sealed = login::request_reset(world.services(), &world.visit, user_id).await.unwrap();
    let otp = world.mailed_otp().await;
    prove(world, &sealed, &otp).await.unwrap()
}

async fn prove(world: &World, sealed: &str, otp: &str) -> Result<String, ProveResetError> {
    let token = login::prove_reset(world.services(), &world.visit, &world.interaction(), sealed, otp).await;
    token.map(|token| token.expose().to_owned())
}

async fn set(world: &World, token: &str, new: &str, confirmed: &str) -> Result<(), SetPasswordError> {
    let (new, confirmed) = (secret(new), secret(confirmed));
    login::set_password(world.services(), &world.visit, token, &new, &confirmed).await.map(|_| ())
}

#[tokio::test]
async fn a_first_password_is_set_by_mail() {
    for world in worlds().await {
        world.person("HKABC101", Has::Nothing).await;
        assert!(matches!(world.password("HKABC101", NEW).await, Err(LogInError::Wrong)));
        let sealed = login::request_reset(world.services(), &world.visit, "hkabc101").await.unwrap();
        let shown = login::reset_page(world.services(), &world.visit, &sealed).unwrap();
        assert_eq!((shown.user_id.as_str(), shown.valid_minutes), ("hkabc101", 5), "as typed");
        let mail = world.mail().await;
        let News::OneTimePassword { code, purpose, valid_minutes } = &mail[0].1.news else {
            panic!("no OTP")
        };
        assert_eq!((*purpose, *valid_minutes), (CodePurpose::Reset, 5));
        assert!(matches!(
            prove(&world, &sealed, &wrong(&code.0)).await,
            Err(ProveResetError::Wrong { left: 4 })
        ));
        let token = prove(&world, &sealed, &code.0).await.unwrap();
        assert!(matches!(prove(&world, &sealed, &code.0).await, Err(ProveResetError::Used)));
        set(&world, &token, NEW, NEW).await.unwrap();
        assert!(matches!(set(&world, &token, NEW, NEW).await, Err(SetPasswordError::Gone)), "once");
        let mail = world.mail().await;
        assert!(matches!(mail[0].1.news, News::PasswordChanged { .. }));
        let token = world.password("HKABC101", NEW).await.unwrap();
        assert!(matches!(world.page(&token).await.step, PageOf::RegisterDevice));
    }
}

#[tokio::test]
async fn a_reset_ends_every_session_and_keeps_every_factor() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let cookie = world.log_in_by_app("HKABC101").await;
        let pending = world.password("HKABC101", PASSWORD).await.unwrap();
        let token = proved(&world, "HKABC101").await;
        set(&world, &token, NEW, NEW).await.unwrap();
        assert!(sessions::peek(world.services(), &cookie).await.unwrap().is_none());
        world.wait(30);
        assert!(
            matches!(world.prove(&pending, &world.app()).await, Err(ProofError::Gone)),
            "nor logins under way"
        );
        assert!(matches!(world.password("HKABC101", PASSWORD).await, Err(LogInError::Wrong)));
        let token = world.password("HKABC101", NEW).await.unwrap();
        assert!(
            matches!(world.page(&token).await.step, PageOf::Otp(OtpPage::App)),
            "the mailbox is not enough"
        );
        done(world.prove(&token, &world.app()).await.unwrap());
    }
}

#[tokio::test]
async fn a_reset_unlocks_nobody() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        for _ in 0..5 {
            world.prove(&token, &wrong(&world.app())).await.unwrap_err();
        }
        let token = proved(&world, "HKABC101").await;
        set(&world, &token, NEW, NEW).await.unwrap();
        let token = world.password("HKABC101", NEW).await.unwrap();
        let refused = world.prove(&token, &world.app()).await;
        assert!(matches!(refused, Err(ProofError::Refused(Refusal::Locked))));
    }
}

#[tokio::test]
async fn every_broken_rule_is_named_and_eight_passwords_stay_away() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        let token = proved(&world, "HKABC101").await;
        let Err(SetPasswordError::Broken(rules)) = set(&world, &token, "short", "shorter").await else {
            panic!("set")
        };
        assert_eq!(rules, [BrokenRule::TooShort(10), BrokenRule::TooGuessable, BrokenRule::Mismatch]);
        let Err(SetPasswordError::Broken(rules)) = set(&world, &token, PASSWORD, "another").await else {
            panic!("set")
        };
        assert_eq!(rules, [BrokenRule::Mismatch], "a guess at the present password costs setting it");
        let Err(SetPasswordError::Broken(rules)) = set(&world, &token, PASSWORD, PASSWORD).await else {
            panic!("set")
        };
        assert_eq!(rules, [BrokenRule::Reused(8)]);
        let passwords: Vec<String> =
            (0..8).map(|number| format!("teal-badger-violin-{number}{number}7")).collect();
        set(&world, &token, &passwords[0], &passwords[0]).await.unwrap();
        for (number, password) in passwords.iter().enumerate().skip(1) {
            world.wait(3600);
            let token = proved(&world, "HKABC101").await;
            let oldest = if number < 8 { PASSWORD } else { &passwords[0] };
            let again = set(&world, &token, oldest, oldest).await;
            assert!(
                matches!(again, Err(SetPasswordError::Broken(rules)) if rules == [BrokenRule::Reused(8)]),
                "{number}"
            );
            set(&world, &token, password, password).await.unwrap();
        }
        world.wait(3600);
        let token = proved(&world, "HKABC101").await;
        set(&world, &token, PASSWORD, PASSWORD).await.expect("the ninth before this may come back");
    }
}

#[tokio::test]
async fn tries_time_and_mails_are_limited() {
    for world in worlds().await {
        world.person("HKABC101", Has::Nothing).await;
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        for left in [4, 3, 2, 1, 0] {
            let refused = prove(&world, &sealed, &wrong(&otp)).await;
            assert!(matches!(refused, Err(ProveResetError::Wrong { left: l }) if l == left));
        }
        assert!(matches!(prove(&world, &sealed, &otp).await, Err(ProveResetError::NoTries)));
        let soon = login::resend_reset(world.services(), &world.visit, &sealed).await;
        assert!(matches!(soon, Err(RequestResetError::TooSoon { seconds: 30 })));
        world.wait(30);
        login::resend_reset(world.services(), &world.visit, &sealed).await.unwrap();
        let otp = world.mailed_otp().await;
        world.wait(300);
        assert!(matches!(prove(&world, &sealed, &otp).await, Err(ProveResetError::TooOld)));
        for _ in 0..3 {
            login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        }
        let sixth = login::request_reset(world.services(), &world.visit, "HKABC101").await;
        assert!(matches!(sixth, Err(RequestResetError::MailLimit)));
    }
}

#[tokio::test]
async fn mails_of_resets_do_not_use_up_those_of_logins() {
    for world in worlds().await {
        world.person("HKABC103", Has::Email).await;
        for _ in 0..5 {
            login::request_reset(world.services(), &world.visit, "HKABC103").await.unwrap();
        }
        world
            .password("HKABC103", PASSWORD)
            .await
            .expect("a stranger's resets leave the owner's mails alone");
    }
}

#[tokio::test]
async fn strangers_resets_leave_the_mails_of_a_known_browser_alone() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        let stranger = browser("stranger");
        for _ in 0..5 {
            login::request_reset(world.services(), &stranger, "HKABC101").await.unwrap();
        }
        let sixth = login::request_reset(world.services(), &stranger, "HKABC101").await;
        assert!(matches!(sixth, Err(RequestResetError::MailLimit)));
        world.mail().await;

        world.crowd(0).await;
        for _ in 0..4 {
            login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        }
        let token = proved(&world, "HKABC101").await;
        let sixth = login::request_reset(world.services(), &world.visit, "HKABC101").await;
        assert!(matches!(sixth, Err(RequestResetError::MailLimit)), "twice five in all");
        set(&world, &token, NEW, NEW).await.unwrap();
    }
}

#[tokio::test]
async fn one_source_does_not_try_the_otps_of_many_accounts() {
    for world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.person("HKABC102", Has::App).await;
        let mut begun = Vec::new();
        for user_id in ["HKABC101", "HKABC102", "HKABC199"] {
            let sealed = login::request_reset(world.services(), &world.visit, user_id).await.unwrap();
            let otp = if user_id == "HKABC199" { "12345678".into() } else { world.mailed_otp().await };
            begun.push((sealed, otp));
        }
        let [(first, first_otp), (second, second_otp), (nobodys, nobodys_otp)] = &begun[..] else {
            panic!("three")
        };
        // Three requests are counted already.
        world.crowd(3 + 4).await;
        let refused = prove(&world, first, &wrong(first_otp)).await;
        assert!(matches!(refused, Err(ProveResetError::Wrong { .. })), "{refused:?}");
        prove(&world, first, first_otp).await.expect("right, and given back");
        for (sealed, otp) in [(second, second_otp), (nobodys, nobodys_otp), (nobodys, nobodys_otp)] {
            let refused = prove(&world, sealed, &wrong(otp)).await;
            assert!(matches!(refused, Err(ProveResetError::Wrong { .. })), "{refused:?}");
        }
        for (sealed, otp) in [(second, second_otp), (nobodys, nobodys_otp)] {
            let refused = prove(&world, sealed, otp).await;
            assert!(matches!(refused, Err(ProveResetError::Wait { seconds: 1.. })), "{refused:?}");
        }
        let refused = world.password("HKABC102", PASSWORD).await;
        assert!(matches!(refused, Err(LogInError::Wait { .. })), "nor their passwords: {refused:?}");
    }
}

#[tokio::test]
async fn a_known_browser_proves_its_reset_from_a_crowded_address() {
    for mut world in worlds().await {
        world.person("HKABC101", Has::App).await;
        world.log_in_by_app("HKABC101").await;
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        world.crowd(0).await;
        let refused = prove(&world, &sealed, &wrong(&otp)).await;
        assert!(matches!(refused, Err(ProveResetError::Wrong { left: 4 })), "{refused:?}");
        let token = prove(&world, &sealed, &otp).await.unwrap();
        set(&world, &token, NEW, NEW).await.unwrap();
    }
}

#[tokio::test]
async fn before_the_parallel_run_there_are_no_passwords() {
    for world in worlds().await {
        world.person("HKABC101", Has::Nothing).await;
        world.phase(Phase::PreParallel).await;
        for user_id in ["HKABC101", "HKABC199", "B0123401"] {
            let refused = login::request_reset(world.services(), &world.visit, user_id).await;
            assert!(matches!(refused, Err(RequestResetError::NoPasswordsYet)), "{user_id}");
        }
        login::request_reset(world.services(), &world.visit, "OPS001")
            .await
            .expect("the exchange has no phases");

        // HKABC101 may be of HKCC or of SEOCH by its text. When SEOCH alone has begun, only the OTP tells.
        let tx = world.services().store.begin().await.unwrap();
        let seoch = countersign_core::directory::clearing_house::ClearingHouse::Seoch;
        countersign_store::Phases::on(tx.connection())
            .set(seoch, Phase::ParallelRun, world.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let sealed = login::request_reset(world.services(), &world.visit, "HKABC101").await.unwrap();
        let otp = world.mailed_otp().await;
        assert!(matches!(prove(&world, &sealed, &otp).await, Err(ProveResetError::NoPasswordsYet)));
    }
}

#[tokio::test]
async fn endless_user_ids_make_no_endless_addresses() {
    for world in worlds().await {
        let endless = "HKABC101".repeat(1 << 17);
        let sealed = login::request_reset(world.services(), &world.visit, &endless).await.unwrap();
        assert!(sealed.len() < 1024);
    }
}

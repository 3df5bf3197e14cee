use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::directory::profile::{Profile, UserKind};
use countersign_core::ids::ProfileId;
use countersign_core::journey::otp::TotpSecret;
use countersign_core::journey::steps::Action;
use countersign_core::mail::{Factor, News};
use countersign_core::oauth::acr::Acr;
use countersign_core::secret::SecretString;
use countersign_store::SecondFactors;

use super::support::{Has, PASSWORD, World, done, worlds, wrong};
use crate::login::{self, ActError, Advance, OtpPage, PageOf, ProofError};
use crate::{enrolment, sessions};

/// The secret on the page `scan-qr`.
async fn shown_secret(world: &World, token: &str) -> TotpSecret {
    match world.page(token).await.step {
        PageOf::ScanQr { secret, uri } => {
            assert!(uri.expose().contains(secret.expose()));
            TotpSecret::from_base32(secret.expose()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn with_an_app() {
    for world in worlds().await {
        world.person("HKABC101", Has::Password).await;
        let token = world.password("hkabc101 ", PASSWORD).await.unwrap();
        assert!(matches!(world.page(&token).await.step, PageOf::RegisterDevice));
        world.act(&token, Action::Register).await;
        let secret = shown_secret(&world, &token).await;
        world.act(&token, Action::Continue).await;
        let otp = secret.otp_at(world.now()).unwrap().expose().to_owned();
        assert!(matches!(world.prove(&token, &wrong(&otp)).await, Err(ProofError::Wrong { left: None })));
        let arrival = done(world.prove(&token, &otp).await.unwrap());

        let cookie = arrival.session.unwrap();
        let present = sessions::peek(world.services(), cookie.expose()).await.unwrap().unwrap();
        assert_eq!((present.profile.user_id.as_str(), present.session.acr), ("HKABC101", Acr::OtpApp));
        let mail = world.mail().await;
        assert!(matches!(mail[0].1.news, News::FactorAdded { factor: Factor::AuthenticatorApp, .. }));

        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        assert!(matches!(world.page(&token).await.step, PageOf::Otp(OtpPage::App)));
        assert!(
            matches!(world.prove(&token, &otp).await, Err(ProofError::Used)),
            "the registering step is spent"
        );
        world.wait(30);
        let otp = secret.otp_at(world.now()).unwrap();
        done(world.prove(&token, otp.expose()).await.unwrap());
    }
}

#[tokio::test]
async fn with_email_after_its_warning() {
    for world in worlds().await {
        let profile = world.person("HKABC101", Has::Password).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        world.act(&token, Action::Skip).await;
        assert!(matches!(world.page(&token).await.step, PageOf::EmailRisk));
        world.act(&token, Action::Back).await;
        assert!(matches!(world.page(&token).await.step, PageOf::RegisterDevice));
        world.act(&token, Action::Skip).await;
        assert!(world.mail().await.is_empty(), "no mail before the risk is accepted");
        world.act(&token, Action::Accept).await;
        match world.page(&token).await.step {
            PageOf::Otp(OtpPage::Email { masked_address, valid_minutes }) => {
                assert_eq!((masked_address.as_str(), valid_minutes), ("h•••@abc.example", 5));
            }
            other => panic!("{other:?}"),
        }
        let otp = world.mailed_otp().await;
        assert_eq!(otp.len(), 8);
        let arrival = done(world.prove(&token, &otp).await.unwrap());
        let present =
            sessions::peek(world.services(), arrival.session.unwrap().expose()).await.unwrap().unwrap();
        assert_eq!(present.session.acr, Acr::OtpEmail);
        let mail = world.mail().await;
        assert!(
            matches!(&mail[0].1.news, News::FactorAdded { factor: Factor::Email, from, .. } if from == "203.0.113.7")
        );
        assert_eq!((mail.len(), &mail[0].0), (1, &profile.email));

        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        let otp = world.mailed_otp().await;
        done(world.prove(&token, &format!("{} {}", &otp[..4], &otp[4..])).await.unwrap());
        assert!(world.mail().await.is_empty(), "it was chosen once, and is told once");
    }
}

#[tokio::test]
async fn administrators_need_the_code_that_went_around_the_mailbox() {
    for world in worlds().await {
        let kind = |profile: &mut countersign_core::directory::profile::Profile| {
            profile.kind = UserKind::DelegatedAdministrator;
        };
        let profile = world.person_with("HKABC1X1", Has::Password, kind).await;
        let tx = world.services().store.begin().await.unwrap();
        let code = enrolment::issue_code(world.services(), &tx, &profile.id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(code.expose().len(), 14);

        let prove = |token: String, code: String| {
            let world = &world;
            async move { login::prove_code(world.services(), &world.visit, &token, &code).await }
        };
        let token = world.password("HKABC1X1", PASSWORD).await.unwrap();
        world.act(&token, Action::Register).await;
        assert!(matches!(world.page(&token).await.step, PageOf::EnrolmentCode));
        let refused = prove(token.clone(), "ABCD-EFGH-JKLM".into()).await;
        assert!(matches!(refused, Err(ProofError::Wrong { left: None })));
        prove(token.clone(), code.expose().to_lowercase().replace('-', " ")).await.unwrap();
        let secret = shown_secret(&world, &token).await;
        world.act(&token, Action::Continue).await;
        done(world.prove(&token, secret.otp_at(world.now()).unwrap().expose()).await.unwrap());
        assert!(!spend(&world, &profile.id, &code).await, "a code works once");
    }
}

/// Whether the enrolment code is there to be spent. It is not, afterwards.
async fn spend(world: &World, profile: &ProfileId, code: &SecretString) -> bool {
    let hash = login::enrolment_hash(
        world.services(),
        profile,
        &countersign_core::readable_code::normalise(code.expose()),
    );
    let tx = world.services().store.begin().await.unwrap();
    let spent = SecondFactors::on(tx.connection()).consume_code(profile, &hash, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    spent
}

/// A Delegated Administrator with a password, and the code to register a soft token with.
async fn administrator(world: &World) -> (Profile, SecretString) {
    let kind = |profile: &mut Profile| profile.kind = UserKind::DelegatedAdministrator;
    let profile = world.person_with("HKABC1X1", Has::Password, kind).await;
    let code = issue(world, &profile).await;
    (profile, code)
}

async fn issue(world: &World, profile: &Profile) -> SecretString {
    let tx = world.services().store.begin().await.unwrap();
    let code = enrolment::issue_code(world.services(), &tx, &profile.id).await.unwrap();
    tx.commit().await.unwrap();
    code
}

/// A login in which the code was given, at the page with the secret.
async fn at_secret(world: &World, code: &SecretString) -> String {
    let token = world.password("HKABC1X1", PASSWORD).await.unwrap();
    world.act(&token, Action::Register).await;
    login::prove_code(world.services(), &world.visit, &token, code.expose()).await.unwrap();
    token
}

/// Gives the first OTP of the soft token that the page shows.
async fn register(world: &World, token: &str) -> Result<Advance, ProofError> {
    let secret = shown_secret(world, token).await;
    world.act(token, Action::Continue).await;
    world.prove(token, secret.otp_at(world.now()).unwrap().expose()).await
}

#[tokio::test]
async fn who_abandons_scanning_keeps_the_enrolment_code() {
    for world in worlds().await {
        let (_, code) = administrator(&world).await;
        for _ in 0..7 {
            at_secret(&world, &code).await;
        }
        let token = at_secret(&world, &code).await;
        done(register(&world, &token).await.unwrap());
    }
}

#[tokio::test]
async fn a_right_code_takes_back_no_wrong_one() {
    for world in worlds().await {
        let (_, code) = administrator(&world).await;
        let token = world.password("HKABC1X1", PASSWORD).await.unwrap();
        world.act(&token, Action::Register).await;
        for _ in 0..4 {
            login::prove_code(world.services(), &world.visit, &token, "WRONG").await.unwrap_err();
        }
        at_secret(&world, &code).await;
        login::prove_code(world.services(), &world.visit, &token, "WRONG").await.unwrap_err();
        let right = login::prove_code(world.services(), &world.visit, &token, code.expose()).await;
        assert!(matches!(right, Err(ProofError::Wrong { .. })), "five were wrong: {right:?}");
    }
}

#[tokio::test]
async fn a_code_that_is_void_by_the_time_of_scanning_registers_nothing() {
    for world in worlds().await {
        let (profile, code) = administrator(&world).await;
        let overtaken = at_secret(&world, &code).await;
        let anew = issue(&world, &profile).await;
        let refused = register(&world, &overtaken).await;
        assert!(matches!(refused, Err(ProofError::Gone)), "another was issued: {refused:?}");

        let token = at_secret(&world, &anew).await;
        assert!(spend(&world, &profile.id, &anew).await);
        let refused = register(&world, &token).await;
        assert!(matches!(refused, Err(ProofError::Gone)), "it was spent elsewhere: {refused:?}");
        let set_up = SecondFactors::on(world.services().store.read()).find(&profile.id).await.unwrap();
        assert!(set_up.soft_token.is_none());
    }
}

#[tokio::test]
async fn guessing_an_enrolment_code_voids_it() {
    for world in worlds().await {
        let kind =
            |profile: &mut countersign_core::directory::profile::Profile| profile.kind = UserKind::Operator;
        let profile = world.person_with("OPS001", Has::Password, kind).await;
        let tx = world.services().store.begin().await.unwrap();
        let code = enrolment::issue_code(world.services(), &tx, &profile.id).await.unwrap();
        tx.commit().await.unwrap();
        let token = world.password("OPS001", PASSWORD).await.unwrap();
        world.act(&token, Action::Register).await;
        for _ in 0..5 {
            login::prove_code(world.services(), &world.visit, &token, "WRONG").await.unwrap_err();
        }
        let right = login::prove_code(world.services(), &world.visit, &token, code.expose()).await;
        assert!(matches!(right, Err(ProofError::Wrong { .. })));
    }
}

#[tokio::test]
async fn no_step_is_skipped() {
    for world in worlds().await {
        world.person("HKABC101", Has::Password).await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        for action in [Action::Accept, Action::Continue, Action::Back, Action::OtpProved, Action::CodeProved]
        {
            let refused = login::act(world.services(), &world.visit, &token, action).await;
            assert!(matches!(refused, Err(ActError::OutOfPlace)), "{action:?}");
        }
        assert!(matches!(world.prove(&token, "123456").await, Err(ProofError::OutOfPlace)));
        let code = login::prove_code(world.services(), &world.visit, &token, "ABCD").await;
        assert!(matches!(code, Err(ProofError::OutOfPlace)));
        assert!(matches!(world.page(&token).await.step, PageOf::RegisterDevice));
    }
}

#[tokio::test]
async fn a_login_left_open_does_not_replace_the_factor_registered_meanwhile() {
    for world in worlds().await {
        world.person("HKABC101", Has::Password).await;
        let parked = world.password("HKABC101", PASSWORD).await.unwrap();
        world.act(&parked, Action::Register).await;
        let strangers = shown_secret(&world, &parked).await;
        world.act(&parked, Action::Continue).await;
        let mailing = world.password("HKABC101", PASSWORD).await.unwrap();
        world.act(&mailing, Action::Skip).await;

        let owners = world.password("HKABC101", PASSWORD).await.unwrap();
        world.act(&owners, Action::Register).await;
        let secret = shown_secret(&world, &owners).await;
        world.act(&owners, Action::Continue).await;
        done(world.prove(&owners, secret.otp_at(world.now()).unwrap().expose()).await.unwrap());

        let otp = strangers.otp_at(world.now()).unwrap();
        assert!(matches!(world.prove(&parked, otp.expose()).await, Err(ProofError::Gone)));
        let accepted = login::act(world.services(), &world.visit, &mailing, Action::Accept).await;
        assert!(matches!(accepted, Err(ActError::Gone)), "{accepted:?}");
    }
}

#[tokio::test]
async fn rights_ask_for_the_enrolment_code_as_much_as_the_kind_does() {
    for world in worlds().await {
        let rights = [(DaFunction::SecurityManagement, [AccessLevel::Checker].into())].into();
        world
            .person_with("HKABC101", Has::Password, |profile| profile.capabilities.access_levels = rights)
            .await;
        let token = world.password("HKABC101", PASSWORD).await.unwrap();
        world.act(&token, Action::Register).await;
        assert!(matches!(world.page(&token).await.step, PageOf::EnrolmentCode));
    }
}

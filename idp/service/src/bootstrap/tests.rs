//! The first two operators, and the way back in: once, by two, and never by one.

use std::sync::Arc;

use countersign_core::audit::AuditRecord;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::console::{CLIENT_ID, Console};
use countersign_core::directory::founders::Founders;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::journey::lockout::LockedBecause;
use countersign_core::journey::otp::TotpSecret;
use countersign_core::mail::{Mail, News};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{Client, ClientKind, ClientStatus};
use countersign_core::secret::{SecretString, TokenHash};
use countersign_store::{Activity, Audit, AuditFilter, Clients, Directory, Participants, SecondFactors};

use super::*;
use crate::clients::hash_secret;
use crate::testing::applications::{CALLBACK, client};
use crate::testing::{TestNode, nodes};
use crate::{enrolment, outbox, sessions};

fn founders(services: &Services, named: [(&str, &str); 2]) -> Founders {
    let named = named.map(|(user_id, mailbox)| (user_id.to_owned(), mailbox.to_owned()));
    Founders::parse(&services.user_ids, &named).unwrap()
}

fn first_two(services: &Services) -> Founders {
    founders(services, [("OPS001", "one@x.example"), ("OPS002", "two@x.example")])
}

#[expect(clippy::unnecessary_wraps, reason = "what is shown may fail to be")]
fn seen(_: &Founded) -> std::io::Result<()> {
    Ok(())
}

fn unseen(_: &Founded) -> std::io::Result<()> {
    Err(std::io::ErrorKind::BrokenPipe.into())
}

/// A console that proves itself by a secret.
fn console() -> Console {
    Console::parse(&[CALLBACK.to_owned()], &[], None).unwrap()
}

async fn stored(node: &TestNode) -> Client {
    Clients::on(node.services.store.read()).find(CLIENT_ID).await.unwrap().unwrap().client
}

fn hash_of(node: &TestNode, founded: &Founded) -> TokenHash {
    hash_secret(&node.services.vault, CLIENT_ID, founded.console_secret.as_ref().unwrap())
}

async fn found(node: &TestNode) -> Founded {
    bootstrap(&node.services, &first_two(&node.services), &console(), seen).await.unwrap()
}

async fn record(node: &TestNode, user_id: &str) -> Option<ProfileRecord> {
    let everything = Scope::of_the_installation();
    Directory::on(node.services.store.read()).find(&everything, user_id).await.unwrap()
}

async fn mails(node: &TestNode) -> Vec<(String, Mail)> {
    let claimed = outbox::claim(&node.services, 100, chrono::TimeDelta::days(9)).await.unwrap();
    claimed.into_iter().filter_map(|claimed| Some((claimed.to?, claimed.mail))).collect()
}

async fn trail(node: &TestNode) -> Vec<AuditRecord> {
    let everything = Scope::of_the_installation();
    let audit = Audit::on(node.services.store.read());
    let found = audit.search(&everything, &AuditFilter::default(), None, 100).await.unwrap();
    found.into_iter().map(|found| found.record).collect()
}

/// Those keys again, as they would be typed.
fn again(founded: &Founded) -> SealedKeys {
    let [first, second] = founded.keys.both();
    SealedKeys::typed(first.clone(), second.clone())
}

#[tokio::test]
async fn two_operators_are_made_invited_and_recorded() {
    for node in nodes().await {
        let founded = found(&node).await;
        assert_eq!(operators(&node.services).await.unwrap(), 2, "{}", node.database.kind);
        let mut told = mails(&node).await;
        told.sort_by(|one, other| one.0.cmp(&other.0));
        let [first, second] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((first.0.as_str(), second.0.as_str()), ("one@x.example", "two@x.example"));
        for (place, user_id) in ["OPS001", "OPS002"].into_iter().enumerate() {
            let record = record(&node, user_id).await.unwrap();
            assert_eq!(record.profile.clearing_house, ClearingHouse::Exchange);
            for level in [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker] {
                assert!(record.profile.capabilities.holds(DaFunction::SecurityManagement, level));
            }
            let (named, code) = &founded.codes[place];
            assert_eq!((named.as_str(), code.expose().len()), (user_id, 14));
            let mail = serde_json::to_string(&told[place].1).unwrap();
            assert!(matches!(told[place].1.news, News::OperatorInvited { .. }), "{mail}");
            assert!(!mail.contains(code.expose()), "a code goes by another way than the mailbox");
        }
        let trail = trail(&node).await;
        let [record] = trail.as_slice() else { panic!("{trail:?}") };
        assert_eq!((record.action.as_str(), record.actor_kind.as_str()), ("bootstrapped", "command_line"));
        let registered = stored(&node).await;
        assert!(registered.kind == ClientKind::FirstParty && registered.status == ClientStatus::Enabled);
        assert_eq!(registered.authentication.secret_hash(), Some(&hash_of(&node, &founded)));
        let said: serde_json::Value = serde_json::from_str(&record.body).unwrap();
        assert_eq!(said["after"]["console"]["redirect_uris"][0], CALLBACK, "{said}");
        let secrets = founded.codes.iter().map(|(_, code)| code).chain(founded.keys.both());
        let secrets = secrets.chain(&founded.console_secret);
        for secret in secrets {
            assert!(!record.body.contains(secret.expose()), "{}", record.body);
        }
    }
}

#[tokio::test]
async fn it_is_done_once_and_never_where_operators_are() {
    for node in nodes().await {
        found(&node).await;
        let others = founders(&node.services, [("OPS003", "c@x.example"), ("OPS004", "d@x.example")]);
        let again = bootstrap(&node.services, &others, &console(), seen).await;
        assert!(matches!(again, Err(BootstrapError::Done)), "{again:?}");
    }
    for node in nodes().await {
        let exchange = node.add_participant(ClearingHouse::Exchange, "EXCHANGE").await;
        node.add_member(&exchange, "OPS009", |_| ()).await;
        let refused = bootstrap(&node.services, &first_two(&node.services), &console(), seen).await;
        assert!(matches!(refused, Err(BootstrapError::Operators)), "{refused:?}");
        assert!(record(&node, "OPS001").await.is_none() && mails(&node).await.is_empty());
        let read = node.services.store.read();
        let noted = countersign_store::Installation::on(&read);
        let noted = noted.get(countersign_store::Installation::BOOTSTRAPPED).await.unwrap();
        assert_eq!(noted, None, "nothing of it stays");
    }
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    for node in nodes().await {
        let trying = (0..6).map(|number| {
            let services = Arc::clone(&node.services);
            tokio::spawn(async move {
                let named = [format!("OPS{number}01"), format!("OPS{number}02")];
                let named = named.map(|user_id| (user_id.clone(), format!("{user_id}@x.example")));
                let founders = Founders::parse(&services.user_ids, &named).unwrap();
                match bootstrap(&services, &founders, &console(), seen).await {
                    Ok(_) => 1,
                    Err(BootstrapError::Done) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            })
        });
        let mut done = 0;
        for one in trying.collect::<Vec<_>>() {
            done += one.await.unwrap();
        }
        assert_eq!(done, 1, "{}", node.database.kind);
        assert_eq!(operators(&node.services).await.unwrap(), 2, "{}", node.database.kind);
        assert_eq!(mails(&node).await.len(), 2);
    }
}

#[tokio::test]
async fn both_keys_let_two_in_again_once_and_everyone_is_told() {
    for node in nodes().await {
        let (services, founded) = (&node.services, found(&node).await);
        let exchange = Participants::on(services.store.read())
            .find(ClearingHouse::Exchange, "EXCHANGE")
            .await
            .unwrap()
            .unwrap();
        node.add_member(&exchange, "OPS003", |profile| profile.email = Some("three@x.example".into())).await;
        let first = record(&node, "OPS001").await.unwrap();
        // Disabled, locked, without rights, with somebody's token and session.
        let tx = services.store.begin().await.unwrap();
        let mut lost = first.clone();
        lost.set_status(ProfileStatus::Disabled);
        lost.profile.capabilities.access_levels.clear();
        assert!(Directory::on(tx.connection()).save(&lost, 1, services.now()).await.unwrap());
        Activity::on(tx.connection())
            .lock(&first.profile.id, LockedBecause::Otps, services.now())
            .await
            .unwrap();
        let secret = TotpSecret::generate(&*services.entropy);
        enrolment::set_soft_token(services, &tx, &first.profile.id, &secret).await.unwrap();
        tx.commit().await.unwrap();
        let (_, cookie) = node.log_in(&first.profile.id, Acr::OtpApp, None).await;
        mails(&node).await;

        let named = founders(services, [("OPS001", "new@x.example"), ("OPS004", "four@x.example")]);
        let recovered = recover(services, &again(&founded), &named, None, seen).await.unwrap();
        let profile = record(&node, "OPS001").await.unwrap().profile;
        assert!(profile.enabled && !profile.locked, "{}", node.database.kind);
        assert!(profile.capabilities.holds(DaFunction::SecurityManagement, AccessLevel::Checker));
        assert_eq!(profile.email.as_deref(), Some("new@x.example"));
        let factors = SecondFactors::on(services.store.read()).find(&profile.id).await.unwrap();
        assert!(factors.soft_token.is_none() && factors.channel.is_none());
        assert!(sessions::peek(services, cookie.expose()).await.unwrap().is_none());
        assert!(record(&node, "OPS004").await.is_some());
        let mut told: Vec<_> = mails(&node)
            .await
            .into_iter()
            .map(|(to, mail)| (to, matches!(mail.news, News::OperatorInvited { .. })))
            .collect();
        told.sort();
        let expected = [
            ("four@x.example", true),
            ("new@x.example", true),
            ("one@x.example", false),
            ("three@x.example", false),
            ("two@x.example", false),
        ];
        assert_eq!(told, expected.map(|(to, invited)| (to.to_owned(), invited)), "{}", node.database.kind);
        assert!(trail(&node).await.iter().any(|record| record.action == "recovered"));

        let used = recover(services, &again(&founded), &named, None, seen).await;
        assert!(matches!(used, Err(RecoveryError::Wrong)), "{used:?}");
        recover(services, &again(&recovered), &named, None, seen).await.unwrap();
    }
}

#[tokio::test]
async fn wrong_keys_let_nobody_in_are_recorded_and_slow_down() {
    for node in nodes().await {
        let services = &node.services;
        let named = founders(services, [("OPS005", "a@x.example"), ("OPS006", "b@x.example")]);
        let none = SealedKeys::typed(SecretString::new(String::new()), SecretString::new(String::new()));
        assert!(matches!(recover(services, &none, &named, None, seen).await, Err(RecoveryError::NoKeys)));
        let founded = found(&node).await;
        mails(&node).await;
        let one = || founded.keys.both()[0].clone();
        let free = u32::from(services.policy.lockout.free_tries);
        for _ in 0..free {
            let refused = recover(services, &SealedKeys::typed(one(), one()), &named, None, seen).await;
            assert!(matches!(refused, Err(RecoveryError::Wrong)), "{}: {refused:?}", node.database.kind);
        }
        let right = recover(services, &again(&founded), &named, None, seen).await;
        assert!(matches!(right, Err(RecoveryError::Wait { .. })), "{}: {right:?}", node.database.kind);
        let denied = trail(&node).await.into_iter().filter(|record| record.outcome == "denied").count();
        assert_eq!(denied, free as usize);
        assert!(record(&node, "OPS005").await.is_none() && mails(&node).await.is_empty());
        node.clock.advance_seconds(600);
        recover(services, &again(&founded), &named, None, seen).await.unwrap();
        assert!(record(&node, "OPS005").await.is_some());
    }
}

#[tokio::test]
async fn of_many_who_recover_at_once_one_does() {
    for node in nodes().await {
        let founded = found(&node).await;
        let trying = (0..4).map(|_| {
            let (services, keys) = (Arc::clone(&node.services), again(&founded));
            tokio::spawn(
                async move { recover(&services, &keys, &first_two(&services), None, seen).await.is_ok() },
            )
        });
        let mut done = 0;
        for one in trying.collect::<Vec<_>>() {
            done += usize::from(one.await.unwrap());
        }
        assert_eq!(done, 1, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn what_nobody_saw_is_not_made() {
    for node in nodes().await {
        let (services, named) = (&node.services, first_two(&node.services));
        let unshown = bootstrap(services, &named, &console(), unseen).await;
        assert!(matches!(unshown, Err(BootstrapError::Unfinished(Unfinished::Unshown(_)))), "{unshown:?}");
        assert!(record(&node, "OPS001").await.is_none() && mails(&node).await.is_empty());
        assert!(
            Clients::on(services.store.read()).all().await.unwrap().is_empty()
                && trail(&node).await.is_empty()
        );
        let founded = found(&node).await;
        let before = stored(&node).await;
        let unshown = recover(services, &again(&founded), &named, Some(&console()), unseen).await;
        assert!(matches!(unshown, Err(RecoveryError::Unfinished(Unfinished::Unshown(_)))), "{unshown:?}");
        assert_eq!(stored(&node).await, before, "{}", node.database.kind);
        // The keys are as good as before.
        recover(services, &again(&founded), &named, None, seen).await.unwrap();
    }
}

#[tokio::test]
async fn the_console_is_put_back_and_what_it_was_granted_ends() {
    for node in nodes().await {
        let services = &node.services;
        node.make_keys().await;
        let founded = found(&node).await;
        let former = stored(&node).await;
        // Somebody shut it, and it has the secret of the tests.
        let authentication = client(services, CLIENT_ID).authentication;
        node.add_client(&Client { authentication: authentication.clone(), ..former.clone() }).await;
        let first = record(&node, "OPS001").await.unwrap().profile;
        let person = node.person_of(first, Acr::OtpApp).await;
        let access = node.access_token(&former, &person, "openid directory").await;
        assert!(crate::directory::caller::identify(services, &access).await.is_ok());
        let shut = Client {
            status: ClientStatus::Disabled,
            redirect_uris: vec!["https://evil.example/".into()],
            ..former
        };
        node.add_client(&Client { authentication, ..shut.clone() }).await;

        let named = founders(services, [("OPS003", "c@x.example"), ("OPS004", "d@x.example")]);
        let recovered = recover(services, &again(&founded), &named, None, seen).await.unwrap();
        assert!(
            recovered.console_secret.is_none() && stored(&node).await.redirect_uris == shut.redirect_uris
        );
        let back = recover(services, &again(&recovered), &named, Some(&console()), seen).await.unwrap();
        crate::clients::refresh(services).await.unwrap();
        let present = stored(&node).await;
        assert_eq!(
            (present.status, &present.redirect_uris[..]),
            (ClientStatus::Enabled, &[CALLBACK.to_owned()][..])
        );
        assert_eq!(
            present.authentication.secret_hash(),
            Some(&hash_of(&node, &back)),
            "{}",
            node.database.kind
        );
        assert!(
            crate::directory::caller::identify(services, &access).await.is_err(),
            "{}",
            node.database.kind
        );
        let told = trail(&node).await.into_iter().filter(|record| record.action == "recovered");
        assert_eq!(told.filter(|record| record.body.contains("\"console\"")).count(), 1);
    }
}

#[tokio::test]
async fn a_user_id_that_is_no_operators_is_left_alone() {
    for node in nodes().await {
        let founded = found(&node).await;
        let house = node.add_participant(ClearingHouse::Hkcc, "ABC").await;
        node.add_member(&house, "OPS007", |_| ()).await;
        let named = founders(&node.services, [("OPS001", "one@x.example"), ("OPS007", "b@x.example")]);
        let refused = recover(&node.services, &again(&founded), &named, None, seen).await;
        assert!(matches!(refused, Err(RecoveryError::Taken(_))), "{refused:?}");
        // Nothing of it stays, the keys included.
        let named = first_two(&node.services);
        recover(&node.services, &again(&founded), &named, None, seen).await.unwrap();
    }
}

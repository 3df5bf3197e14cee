use std::sync::atomic::{AtomicU32, Ordering};

use countersign_core::ids::GrantId;
use countersign_core::oauth::client::ClientKind;
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::grant::Grant;
use countersign_store::{AuthorizationCodes, Grants, LogoutDeliveries, TokenFacts};

use super::*;
use crate::testing::applications::{listening, public_client};
use crate::testing::{TestNode, nodes};

async fn is_there(node: &TestNode, cookie: &OpaqueToken) -> bool {
    load(&node.services, cookie.expose()).await.unwrap().is_some()
}

#[tokio::test]
async fn use_keeps_a_session_alive_and_age_ends_it() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let idle = i64::from(node.services.policy.session.idle_seconds);
        let absolute = i64::from(node.services.policy.session.absolute_seconds);
        let mut passed = 0;
        while passed + idle - 1 < absolute {
            node.clock.advance_seconds(idle - 1);
            passed += idle - 1;
            assert!(is_there(&node, &cookie).await, "{} after {passed} s", node.database.kind);
        }
        node.clock.advance_seconds(absolute - passed - 1);
        assert!(is_there(&node, &cookie).await);
        node.clock.advance_seconds(1);
        assert!(!is_there(&node, &cookie).await, "the absolute limit");

        let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        node.clock.advance_seconds(idle);
        assert!(!is_there(&node, &cookie).await, "the idle limit");
    }
}

#[tokio::test]
async fn a_busy_session_writes_seldom() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let before = node.services.store.transactions();
        for _ in 0..59 {
            node.clock.advance_seconds(1);
            assert!(is_there(&node, &cookie).await);
        }
        assert_eq!(node.services.store.transactions(), before);
        node.clock.advance_seconds(1);
        assert!(is_there(&node, &cookie).await);
        assert_eq!(node.services.store.transactions(), before + 1);
    }
}

#[tokio::test]
async fn a_login_always_gives_a_new_cookie() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (first, planted) = node.log_in(&user, Acr::OtpEmail, None).await;
        node.clock.advance_seconds(5);
        let (second, cookie) = node.log_in(&user, Acr::OtpApp, Some(planted.expose())).await;
        assert_ne!(planted.expose(), cookie.expose());
        assert!(!is_there(&node, &planted).await, "the cookie known before is worth nothing");
        assert_eq!(second.id, first.id, "the applications' sid goes on");
        let there = load(&node.services, cookie.expose()).await.unwrap().unwrap().session;
        assert_eq!((there.acr, there.auth_time), (Acr::OtpApp, second.auth_time));
        assert!(there.auth_time > first.auth_time);
        assert_eq!(there.expires_at, first.expires_at, "more proof does not move the session's end");

        let (third, elsewhere) = node.log_in(&user, Acr::OtpApp, Some("css_forged")).await;
        assert_ne!(third.id, second.id);
        assert!(is_there(&node, &cookie).await && is_there(&node, &elsewhere).await);
    }
}

#[tokio::test]
async fn someone_else_in_the_same_browser_ends_the_former_session() {
    for node in nodes().await {
        let (one, other) = (node.add_user("HKABC101").await, node.add_user("HKABC102").await);
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), "http://127.0.0.1:1/bye"))
            .await;
        let (session, former) = node.log_in(&one, Acr::OtpApp, None).await;
        reach(&node, &session, "dms").await;
        let (begun, cookie) = node.log_in(&other, Acr::OtpApp, Some(former.expose())).await;
        assert_ne!(begun.id, session.id);
        assert!(!is_there(&node, &former).await);
        assert_eq!(load(&node.services, cookie.expose()).await.unwrap().unwrap().profile.id, other);
        assert_eq!(due(&node).await, [("dms".to_owned(), session.id)]);
    }
}

#[tokio::test]
async fn an_end_takes_codes_along_and_is_announced_once() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), "http://127.0.0.1:1/bye"))
            .await;
        node.add_client(&public_client("deaf", ClientKind::FirstParty)).await;
        let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        reach(&node, &session, "dms").await;
        reach(&node, &session, "dms").await;
        reach(&node, &session, "deaf").await;
        for _ in 0..2 {
            let tx = node.services.store.begin().await.unwrap();
            end(&node.services, &tx, &session, EndedBecause::SignedOut).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(!is_there(&node, &cookie).await);
        assert_eq!(due(&node).await, [("dms".to_owned(), session.id)]);
    }
}

#[tokio::test]
async fn an_end_that_is_rolled_back_never_was() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let tx = node.services.store.begin().await.unwrap();
        end(&node.services, &tx, &session, EndedBecause::SignedOut).await.unwrap();
        drop(tx);
        assert!(is_there(&node, &cookie).await);
    }
}

#[tokio::test]
async fn all_sessions_of_one_user_end_but_the_one_to_keep() {
    for node in nodes().await {
        let (user, other) = (node.add_user("HKABC101").await, node.add_user("HKABC102").await);
        let (kept, keep) = node.log_in(&user, Acr::OtpApp, None).await;
        let (_, away) = node.log_in(&user, Acr::OtpApp, None).await;
        let (_, stranger) = node.log_in(&other, Acr::OtpApp, None).await;
        assert_eq!(list(&node.services, &user).await.unwrap().len(), 2);
        end_all(&node, &user, Some(&kept.id)).await;
        assert!(is_there(&node, &keep).await && is_there(&node, &stranger).await);
        assert!(!is_there(&node, &away).await);
        end_all(&node, &user, None).await;
        assert!(!is_there(&node, &keep).await);
        assert!(is_there(&node, &stranger).await);
        assert_eq!(list(&node.services, &user).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_code_that_waits_is_spent_when_its_session_ends() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (session, _) = node.log_in(&user, Acr::OtpApp, None).await;
        let now = node.services.now();
        let code = OpaqueToken::generate(TokenPrefix::Code, &*node.services.entropy);
        let tx = node.services.store.begin().await.unwrap();
        let codes = AuthorizationCodes::on(tx.connection());
        codes.add(&code.hash(), &grant(&session), now, now + chrono::Duration::seconds(60)).await.unwrap();
        end(&node.services, &tx, &session, EndedBecause::SignedOut).await.unwrap();
        tx.commit().await.unwrap();
        let tx = node.services.store.begin().await.unwrap();
        let redeemed = AuthorizationCodes::on(tx.connection()).consume(&code.hash(), now).await.unwrap();
        assert!(!redeemed, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn grants_end_with_their_session_unless_they_were_to_outlive_it() {
    for node in nodes().await {
        let user = node.add_user("HKABC101").await;
        let (session, _) = node.log_in(&user, Acr::OtpApp, None).await;
        let (other, _) = node.log_in(&user, Acr::OtpApp, None).await;
        let plain = redeem(&node, &grant(&session)).await;
        let offline = redeem(&node, &CodeGrant { offline: true, ..grant(&session) }).await;
        let elsewhere = redeem(&node, &grant(&other)).await;
        let tx = node.services.store.begin().await.unwrap();
        end(&node.services, &tx, &session, EndedBecause::EndedByUser).await.unwrap();
        tx.commit().await.unwrap();
        let revoked = [&plain, &offline, &elsewhere].map(|grant| is_revoked(&node, grant));
        let [plain_now, offline_now, elsewhere_now] = revoked;
        assert_eq!((plain_now.await, offline_now.await, elsewhere_now.await), (true, false, false));
        end_all(&node, &user, Some(&other.id)).await;
        assert_eq!((is_revoked(&node, &offline).await, is_revoked(&node, &elsewhere).await), (true, false));
        end_all(&node, &user, None).await;
        assert!(is_revoked(&node, &elsewhere).await, "{}", node.database.kind);
    }
}

async fn redeem(node: &TestNode, code: &CodeGrant) -> GrantId {
    let now = node.services.now();
    let grant = Grant::of(code, now, now + chrono::Duration::hours(8));
    let tx = node.services.store.begin().await.unwrap();
    Grants::on(tx.connection()).add(&grant).await.unwrap();
    tx.commit().await.unwrap();
    grant.id
}

async fn is_revoked(node: &TestNode, grant: &GrantId) -> bool {
    TokenFacts::on(node.services.store.read()).of_grant(grant).await.unwrap().unwrap().revoked
}

fn grant(session: &Session) -> CodeGrant {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    CodeGrant {
        grant_id: GrantId::from_stored(format!("g{}", NEXT.fetch_add(1, Ordering::SeqCst))),
        client_id: "dms".to_owned(),
        redirect_uri: String::new(),
        code_challenge: None,
        nonce: None,
        scope: countersign_core::oauth::scope::Scope::empty(),
        claims: countersign_core::oauth::claims::ClaimsRequest::default(),
        resource: std::collections::BTreeSet::new(),
        profile_id: session.profile_id.clone(),
        session_id: session.id.clone(),
        auth_time: session.auth_time,
        acr: session.acr,
        offline: false,
    }
}

async fn reach(node: &TestNode, session: &Session, client_id: &str) {
    let tx = node.services.store.begin().await.unwrap();
    Sessions::on(tx.connection()).reached(&session.id, client_id, node.services.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn end_all(node: &TestNode, user: &ProfileId, keep: Option<&SessionId>) {
    let tx = node.services.store.begin().await.unwrap();
    end_all_for_profile(&node.services, &tx, user, EndedBecause::PasswordChanged, keep).await.unwrap();
    tx.commit().await.unwrap();
}

async fn due(node: &TestNode) -> Vec<(String, SessionId)> {
    let deliveries = LogoutDeliveries::on(node.services.store.read());
    let mut due = Vec::new();
    for client_id in deliveries.clients_waiting(node.services.now()).await.unwrap() {
        due.extend(deliveries.due(&client_id, node.services.now(), 10).await.unwrap());
    }
    due.into_iter().map(|delivery| (delivery.client_id, delivery.session_id)).collect()
}

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use countersign_core::oauth::client::{Client, ClientAuthentication, GrantType};
use countersign_core::oauth::error::ErrorCode;
use countersign_core::oauth::session::EndedBecause;
use countersign_core::secret::TokenHash;
use countersign_store::{RefreshTokens, Sessions, Successor};

use super::{claims, code_of, exchange, form, post, refresh, reuses};
use crate::testing::applications::{CALLBACK, VERIFIER, client};
use crate::testing::people::Person;
use crate::testing::{TestNode, nodes, sqlite_node};
use crate::token::token;
use crate::userinfo::userinfo;

/// A node, a client, a person, and the first refresh token.
async fn begun(node: TestNode, offline: bool) -> (TestNode, Client, Person, String) {
    let shop = client(&node.services, "shop");
    let node = node.with_clients(std::slice::from_ref(&shop)).await;
    let person = node.person(|_| ()).await;
    let code = node.code(&shop, &person, |grant| grant.offline = offline).await;
    let token = exchange(&node.services, &shop, &code).await.unwrap().refresh_token.unwrap();
    (node, shop, person, token)
}

async fn next(node: &TestNode, shop: &Client, token: &str) -> String {
    refresh(&node.services, shop, token).await.unwrap().refresh_token.unwrap()
}

async fn sign_out(node: &TestNode, person: &Person) {
    let tx = node.services.store.begin().await.unwrap();
    let sessions = Sessions::on(tx.connection());
    assert!(sessions.end(&person.session.id, EndedBecause::SignedOut, node.services.now()).await.unwrap());
    sessions
        .revoke_grants_of(&person.session.id, EndedBecause::SignedOut, node.services.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

const REFUSED: Option<ErrorCode> = Some(ErrorCode::InvalidGrant);

#[tokio::test]
async fn a_refresh_token_gives_way_to_another() {
    for node in nodes().await {
        let (node, shop, _, first) = begun(node, false).await;
        let transactions = node.services.store.transactions();
        let second = next(&node, &shop, &first).await;
        assert_eq!(node.services.store.transactions(), transactions + 1);
        assert_ne!(first, second);
        let third = next(&node, &shop, &second).await;
        assert_ne!(second, third);
    }
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_a_while() {
    for node in nodes().await {
        let (node, shop, _, first) = begun(node, false).await;
        let second = next(&node, &shop, &first).await;
        node.clock.advance_seconds(30);
        assert_eq!(next(&node, &shop, &first).await, second);
        next(&node, &shop, &second).await;
    }
}

#[tokio::test]
async fn a_client_that_proves_nothing_is_not_believed_to_have_lost_an_answer() {
    for fresh in nodes().await {
        let public = Client { authentication: ClientAuthentication::None, ..client(&fresh.services, "spa") };
        let public =
            Client { grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(), ..public };
        let node = fresh.with_clients(std::slice::from_ref(&public)).await;
        let person = node.person(|_| ()).await;
        let code = node.code(&public, &person, |_| ()).await;
        let ask = async |fields: &[(&str, &str)]| token(&node.services, None, &form(fields)).await;
        let exchange = [
            ("client_id", "spa"),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let first = ask(&exchange).await.unwrap().refresh_token.unwrap();
        let again = async |token: &str| {
            ask(&[("client_id", "spa"), ("grant_type", "refresh_token"), ("refresh_token", token)]).await
        };
        let second = again(&first).await.unwrap().refresh_token.unwrap();
        assert_eq!(code_of(again(&first).await), REFUSED, "{}", node.database.kind);
        assert_eq!(code_of(again(&second).await), REFUSED, "the family is over");
        let recorded = [(r#"{"reason":"refresh_token"}"#.to_owned(), "spa".to_owned())];
        assert_eq!(reuses(&node.services).await, recorded, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_token_that_comes_back_late_ends_its_family() {
    for node in nodes().await {
        let (node, shop, _, first) = begun(node, false).await;
        let second = next(&node, &shop, &first).await;
        node.clock.advance_seconds(31);
        assert_eq!(code_of(refresh(&node.services, &shop, &first).await), REFUSED);
        assert_eq!(code_of(refresh(&node.services, &shop, &second).await), REFUSED);
    }
}

#[tokio::test]
async fn a_token_that_comes_back_after_its_successor_ends_its_family() {
    for node in nodes().await {
        let (node, shop, _, first) = begun(node, false).await;
        let second = next(&node, &shop, &first).await;
        let third = next(&node, &shop, &second).await;
        assert_eq!(code_of(refresh(&node.services, &shop, &first).await), REFUSED);
        assert_eq!(code_of(refresh(&node.services, &shop, &third).await), REFUSED);
    }
}

#[tokio::test]
async fn of_32_refreshes_one_rotates_and_all_get_its_token() {
    for node in nodes().await {
        let (node, shop, _, first) = begun(node, false).await;
        let tries: Vec<_> = (0..32)
            .map(|_| {
                let (services, shop, first) = (Arc::clone(&node.services), shop.clone(), first.clone());
                tokio::spawn(async move { refresh(&services, &shop, &first).await })
            })
            .collect();
        let mut successors = BTreeSet::new();
        for tried in tries {
            successors.insert(tried.await.unwrap().unwrap().refresh_token.unwrap());
        }
        assert_eq!(successors.len(), 1, "{}", node.database.kind);
        next(&node, &shop, successors.first().unwrap()).await;
    }
}

#[tokio::test]
async fn of_32_uses_of_a_refresh_token_one_is_told_yes() {
    for node in nodes().await {
        let (node, _, _, first) = begun(node, false).await;
        let tries: Vec<_> = (0..32)
            .map(|number| {
                let (services, hash) = (Arc::clone(&node.services), TokenHash::of(&first));
                tokio::spawn(async move {
                    let successor =
                        Successor { hash: TokenHash::of(&format!("{number}")), sealed: String::new() };
                    let tx = services.store.begin().await.unwrap();
                    let tokens = RefreshTokens::on(tx.connection());
                    let won = tokens.consume(&hash, &successor, services.now()).await.unwrap();
                    tx.commit().await.unwrap();
                    won
                })
            })
            .collect();
        let mut won = 0;
        for tried in tries {
            won += u32::from(tried.await.unwrap());
        }
        assert_eq!(won, 1, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_refresh_ends_with_the_session() {
    let (node, shop, person, token) = begun(sqlite_node().await, false).await;
    sign_out(&node, &person).await;
    assert_eq!(code_of(refresh(&node.services, &shop, &token).await), REFUSED);
}

#[tokio::test]
async fn offline_access_outlives_the_session() {
    let (node, shop, person, token) = begun(sqlite_node().await, true).await;
    sign_out(&node, &person).await;
    let second = next(&node, &shop, &token).await;
    node.clock.advance_seconds(8 * 3600 - 1);
    let third = next(&node, &shop, &second).await;
    node.clock.advance_seconds(8 * 3600);
    assert_eq!(code_of(refresh(&node.services, &shop, &third).await), REFUSED, "unused for too long");
}

#[tokio::test]
async fn use_keeps_the_session_awake_until_its_end() {
    let (node, shop, _, mut token) = begun(sqlite_node().await, false).await;
    for _ in 0..(12 * 3) - 1 {
        node.clock.advance_seconds(20 * 60);
        token = next(&node, &shop, &token).await;
    }
    node.clock.advance_seconds(20 * 60);
    assert_eq!(code_of(refresh(&node.services, &shop, &token).await), REFUSED, "12 hours are over");
}

#[tokio::test]
async fn a_refresh_asks_whether_its_user_may() {
    let node = sqlite_node().await;
    let shop = client(&node.services, "shop");
    let node = node.with_clients(std::slice::from_ref(&shop)).await;
    let last = node.services.now() + TimeDelta::seconds(100);
    let person = node.person(|profile| profile.disable_after = Some(last)).await;
    let code = node.code(&shop, &person, |grant| grant.offline = true).await;
    let token = exchange(&node.services, &shop, &code).await.unwrap().refresh_token.unwrap();
    let token = next(&node, &shop, &token).await;
    node.clock.advance_seconds(101);
    assert_eq!(code_of(refresh(&node.services, &shop, &token).await), REFUSED);
}

#[tokio::test]
async fn a_refresh_gives_less_but_never_more() {
    let (node, shop, _, token) = begun(sqlite_node().await, false).await;
    let ask = |scope| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
        let (services, shop) = (&node.services, &shop);
        async move { post(services, shop, &fields).await }
    };
    assert_eq!(code_of(ask("openid directory").await), Some(ErrorCode::InvalidScope));
    let narrowed = ask("clearing").await.unwrap();
    assert_eq!(narrowed.scope.to_string(), "clearing");
    assert!(narrowed.id_token.is_none());
    // What was narrowed is the access token: the grant is whole.
    let whole = refresh(&node.services, &shop, &narrowed.refresh_token.unwrap()).await.unwrap();
    assert_eq!(whole.scope.to_string(), "openid profile email clearing");
    assert!(whole.id_token.is_some());
}

#[tokio::test]
async fn a_stolen_refresh_token_is_of_no_use_to_another_client_and_does_no_harm() {
    let node = sqlite_node().await;
    let (shop, thief) = (client(&node.services, "shop"), client(&node.services, "thief"));
    let node = node.with_clients(&[shop.clone(), thief.clone()]).await;
    let person = node.person(|_| ()).await;
    let code = node.code(&shop, &person, |_| ()).await;
    let token = exchange(&node.services, &shop, &code).await.unwrap().refresh_token.unwrap();
    assert_eq!(code_of(refresh(&node.services, &thief, &token).await), REFUSED);
    assert_eq!(code_of(refresh(&node.services, &shop, "csr_unknown").await), REFUSED);
    let second = next(&node, &shop, &token).await;
    node.clock.advance_seconds(31);
    assert_eq!(code_of(refresh(&node.services, &thief, &token).await), REFUSED);
    next(&node, &shop, &second).await;
}

/// Its changes end what was granted before; this holds for what another way, or another node, has left.
#[tokio::test]
async fn what_the_client_may_not_have_any_more_is_not_given_again() {
    for node in nodes().await {
        let (node, shop, person, first) = begun(node, false).await;
        let services = &node.services;
        let code = node.code(&shop, &person, |_| ()).await;
        let fewer = Client { scope: "openid profile".parse().unwrap(), ..shop.clone() };
        node.add_client(&fewer).await;
        let exchanged = exchange(services, &fewer, &code).await.unwrap();
        let refreshed = refresh(services, &fewer, &first).await.unwrap();
        for response in [&exchanged, &refreshed] {
            assert_eq!(response.scope.to_string(), "openid profile", "{}", node.database.kind);
            let access = claims(services, &response.access_token, "at+jwt");
            assert_eq!(access["scope"], "openid profile");
            assert!(!access.contains_key("participant"), "{access:?}");
            assert!(!userinfo(services, &response.access_token).await.unwrap().contains_key("email"));
        }
        let second = refreshed.refresh_token.unwrap();
        let asked = async |scope: &str| {
            let fields =
                [("grant_type", "refresh_token"), ("refresh_token", second.as_str()), ("scope", scope)];
            post(services, &fewer, &fields).await
        };
        assert_eq!(code_of(asked("email clearing").await), Some(ErrorCode::InvalidScope));
        let narrowed = asked("openid email").await.unwrap();
        assert_eq!(narrowed.scope.to_string(), "openid", "{}", node.database.kind);

        let code = node.code(&shop, &person, |_| ()).await;
        let loginless = Client { scope: "profile email".parse().unwrap(), ..shop.clone() };
        node.add_client(&loginless).await;
        assert_eq!(code_of(exchange(services, &loginless, &code).await), REFUSED, "{}", node.database.kind);
        let third = narrowed.refresh_token.unwrap();
        assert_eq!(code_of(refresh(services, &loginless, &third).await), REFUSED, "{}", node.database.kind);
        // Nothing was used up by it.
        node.add_client(&shop).await;
        assert!(exchange(services, &shop, &code).await.is_ok(), "{}", node.database.kind);
        assert!(refresh(services, &shop, &third).await.is_ok(), "{}", node.database.kind);
    }
}

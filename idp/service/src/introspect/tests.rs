use countersign_core::oauth::client::{Client, ClientAuthentication, ClientKind, GrantType};
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_core::oauth::form::Form;
use countersign_core::oauth::session::EndedBecause;
use countersign_store::Sessions;
use serde_json::{Map, Value, json};

use super::introspect;
use crate::revoke::revoke;
use crate::testing::applications::{SECRET, client};
use crate::testing::people::Person;
use crate::testing::{TestNode, nodes, sqlite_node};
use crate::userinfo::tests::tokens;

const API: &str = "https://api.example";

fn form(client_id: &str, token: &str) -> Form {
    let fields = [("client_id", client_id), ("client_secret", SECRET), ("token", token)];
    Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap()
}

async fn ask(node: &TestNode, client_id: &str, token: &str) -> Result<Map<String, Value>, OAuthError> {
    introspect(&node.services, None, &form(client_id, token)).await
}

async fn is_inactive(node: &TestNode, client_id: &str, token: &str) -> bool {
    let answer = ask(node, client_id, token).await.unwrap();
    // Nothing else is told of a token that does not hold (RFC 7662 §2.2).
    Value::Object(answer) == json!({"active": false})
}

async fn world(node: TestNode) -> (TestNode, Client, Person) {
    let services = &node.services;
    let shop = Client { resources: vec![API.into()], ..client(services, "shop") };
    let stranger = Client { resources: vec![API.into()], ..client(services, "stranger") };
    let api = Client { kind: ClientKind::FirstParty, resources: vec![API.into()], ..client(services, "api") };
    let public = Client {
        authentication: ClientAuthentication::None,
        grant_types: [GrantType::AuthorizationCode].into(),
        ..client(services, "public")
    };
    let node = node.with_clients(&[shop.clone(), stranger, api, public]).await;
    let person = node.person(|_| ()).await;
    (node, shop, person)
}

#[tokio::test]
async fn a_token_that_holds_is_told_to_those_it_concerns() {
    for node in nodes().await {
        let (node, shop, person) = world(node).await;
        let tokens = tokens(&node, &shop, &person, |grant| grant.resource = [API.to_owned()].into()).await;
        for caller in ["shop", "api"] {
            let answer = ask(&node, caller, &tokens.access_token).await.unwrap();
            assert_eq!(answer["active"], true, "{caller}");
            assert_eq!(answer["sub"], person.profile.id.as_str());
            assert_eq!(answer["username"], person.profile.user_id.as_str());
            assert_eq!(answer["client_id"], "shop");
            assert_eq!(answer["token_type"], "Bearer");
            assert_eq!(answer["scope"], "openid profile email clearing");
            assert_eq!(answer["business_user_groups"], json!(["11"]));
            assert!(!answer.contains_key("email"));
        }
        assert!(is_inactive(&node, "stranger", &tokens.access_token).await);
        let refresh = tokens.refresh_token.unwrap();
        assert_eq!(ask(&node, "shop", &refresh).await.unwrap()["active"], true);
        assert!(is_inactive(&node, "api", &refresh).await);
        for nothing in ["x", "csr_x", &tokens.id_token.unwrap()] {
            assert!(is_inactive(&node, "shop", nothing).await);
        }
    }
}

#[tokio::test]
async fn a_public_client_asks_nothing() {
    let (node, ..) = world(sqlite_node().await).await;
    let fields = [("client_id", "public"), ("token", "x")];
    let form = Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap();
    let error = introspect(&node.services, None, &form).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidClient);
}

#[tokio::test]
async fn the_end_of_the_session_shows_at_once() {
    for node in nodes().await {
        let (node, shop, person) = world(node).await;
        let tokens = tokens(&node, &shop, &person, |_| ()).await;
        let (services, id) = (&node.services, &person.session.id);
        let tx = services.store.begin().await.unwrap();
        Sessions::on(tx.connection()).end(id, EndedBecause::SignedOut, services.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(is_inactive(&node, "shop", &tokens.access_token).await);
        assert!(is_inactive(&node, "shop", &tokens.refresh_token.unwrap()).await);
    }
}

#[tokio::test]
async fn a_revoked_access_token_goes_alone_and_a_refresh_token_takes_its_family() {
    for node in nodes().await {
        let (node, shop, person) = world(node).await;
        let (one, two) =
            (tokens(&node, &shop, &person, |_| ()).await, tokens(&node, &shop, &person, |_| ()).await);
        let refresh = one.refresh_token.unwrap();
        revoke(&node.services, None, &form("shop", &one.access_token)).await.unwrap();
        revoke(&node.services, None, &form("shop", &one.access_token)).await.unwrap();
        assert!(is_inactive(&node, "shop", &one.access_token).await);
        assert_eq!(ask(&node, "shop", &refresh).await.unwrap()["active"], true);

        revoke(&node.services, None, &form("shop", &two.refresh_token.unwrap())).await.unwrap();
        assert!(is_inactive(&node, "shop", &two.access_token).await);
        assert_eq!(ask(&node, "shop", &refresh).await.unwrap()["active"], true, "another family");
    }
}

#[tokio::test]
async fn nobody_revokes_what_is_another_clients() {
    let (node, shop, person) = world(sqlite_node().await).await;
    let tokens = tokens(&node, &shop, &person, |_| ()).await;
    let refresh = tokens.refresh_token.unwrap();
    for token in [&tokens.access_token, &refresh, "x"] {
        revoke(&node.services, None, &form("stranger", token)).await.unwrap();
    }
    assert_eq!(ask(&node, "shop", &tokens.access_token).await.unwrap()["active"], true);
    assert_eq!(ask(&node, "shop", &refresh).await.unwrap()["active"], true);
}

#[tokio::test]
async fn a_service_s_token_can_be_asked_about_and_revoked() {
    let (node, ..) = world(sqlite_node().await).await;
    let fields = [("client_id", "shop"), ("client_secret", SECRET), ("grant_type", "client_credentials")];
    let request = Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap();
    let token = crate::token::token(&node.services, None, &request).await.unwrap().access_token;
    assert_eq!(ask(&node, "shop", &token).await.unwrap()["active"], true);
    revoke(&node.services, None, &form("shop", &token)).await.unwrap();
    assert!(is_inactive(&node, "shop", &token).await);
}

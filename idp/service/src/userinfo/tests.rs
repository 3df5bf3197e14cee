use countersign_core::oauth::claims::ClaimsRequest;
use countersign_core::oauth::client::{Client, SigningAlg};
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::error::ErrorCode;
use countersign_core::oauth::form::Form;
use countersign_core::oauth::session::EndedBecause;
use countersign_store::Sessions;
use serde_json::json;

use super::userinfo;
use crate::testing::applications::{CALLBACK, SECRET, VERIFIER, client};
use crate::testing::people::Person;
use crate::testing::{TestNode, nodes, sqlite_node};
use crate::token::{TokenResponse, token};

/// Tokens of `person` for `client`.
pub(crate) async fn tokens(
    node: &TestNode,
    client: &Client,
    person: &Person,
    edit: impl FnOnce(&mut CodeGrant),
) -> TokenResponse {
    let code = node.code(client, person, edit).await;
    let fields = [
        ("client_id", client.client_id.as_str()),
        ("client_secret", SECRET),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let form = Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap();
    token(&node.services, None, &form).await.unwrap()
}

async fn node(node: TestNode) -> (TestNode, Client, Person) {
    let shop = client(&node.services, "shop");
    let node = node.with_clients(std::slice::from_ref(&shop)).await;
    let person = node.person(|_| ()).await;
    (node, shop, person)
}

async fn refusal(node: &TestNode, token: &str) -> ErrorCode {
    userinfo(&node.services, token).await.unwrap_err().code()
}

#[tokio::test]
async fn claims_by_scope_in_one_query() {
    for fresh in nodes().await {
        let (node, shop, person) = node(fresh).await;
        let token = tokens(&node, &shop, &person, |_| ()).await.access_token;
        let statements = node.services.store.statements();
        let claims = userinfo(&node.services, &token).await.unwrap();
        assert_eq!(node.services.store.statements(), statements + 1, "{}", node.database.kind);
        assert_eq!(claims["sub"], person.profile.id.as_str());
        assert_eq!(claims["preferred_username"], person.profile.user_id.as_str());
        assert_eq!(claims["name"], "Tai Man Chan");
        assert_eq!(claims["email"], "chan@participant.example");
        assert_eq!(claims["clearing_house"], "HKCC");
        assert_eq!(claims["access_levels"], json!({"security_management": ["EE"]}));
        assert_eq!(claims["last_login"], json!({"time": 1_700_000_000, "method": "otp-email"}));
    }
}

#[tokio::test]
async fn claims_by_name_within_what_the_client_may_have() {
    let fresh = sqlite_node().await;
    let modest = Client { scope: "openid email".parse().unwrap(), ..client(&fresh.services, "modest") };
    let node = fresh.with_clients(std::slice::from_ref(&modest)).await;
    let person = node.person(|_| ()).await;
    let wish = r#"{"userinfo": {"email": null, "participant": {"essential": true}}}"#;
    let edit = |grant: &mut CodeGrant| {
        grant.scope = "openid".parse().unwrap();
        grant.claims = ClaimsRequest::parse(wish).unwrap();
    };
    let token = tokens(&node, &modest, &person, edit).await.access_token;
    let claims = userinfo(&node.services, &token).await.unwrap();
    assert_eq!(claims.keys().collect::<Vec<_>>(), ["email", "sub"]);
}

#[tokio::test]
async fn a_token_holds_as_long_as_its_login() {
    for fresh in nodes().await {
        let (node, shop, person) = node(fresh).await;
        let token = tokens(&node, &shop, &person, |_| ()).await.access_token;
        let tx = node.services.store.begin().await.unwrap();
        let now = node.services.now();
        Sessions::on(tx.connection()).end(&person.session.id, EndedBecause::SignedOut, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refusal(&node, &token).await, ErrorCode::InvalidToken);
    }
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let (node, shop, person) = node(sqlite_node().await).await;
    let response = tokens(&node, &shop, &person, |_| ()).await;
    let now = node.services.now();
    // The same claims, signed by us, but of another kind or with another algorithm.
    let claims: serde_json::Value = node
        .services
        .keyring
        .current()
        .verify(&response.access_token, "at+jwt", &[SigningAlg::Es256], now)
        .unwrap();
    let sign = |alg, typ| node.services.keyring.sign(alg, typ, &claims, now).unwrap();
    assert!(userinfo(&node.services, &sign(SigningAlg::Es256, "at+jwt")).await.is_ok());
    let strangers = [
        response.id_token.unwrap(),
        response.refresh_token.unwrap(),
        sign(SigningAlg::Es256, "JWT"),
        sign(SigningAlg::Es256, "logout+jwt"),
        sign(SigningAlg::Rs256, "at+jwt"),
        String::new(),
    ];
    for stranger in strangers {
        assert_eq!(refusal(&node, &stranger).await, ErrorCode::InvalidToken, "{stranger}");
    }
    node.clock.advance_seconds(300);
    assert_eq!(refusal(&node, &response.access_token).await, ErrorCode::InvalidToken);
}

#[tokio::test]
async fn openid_and_our_audience_are_needed() {
    let fresh = sqlite_node().await;
    let shop = Client { resources: vec!["https://api.example".into()], ..client(&fresh.services, "shop") };
    let node = fresh.with_clients(std::slice::from_ref(&shop)).await;
    let person = node.person(|_| ()).await;
    let plain = tokens(&node, &shop, &person, |grant| grant.scope = "email".parse().unwrap()).await;
    assert_eq!(refusal(&node, &plain.access_token).await, ErrorCode::InsufficientScope);
    let elsewhere = tokens(&node, &shop, &person, |grant| {
        grant.scope = "clearing".parse().unwrap();
        grant.resource = ["https://api.example".to_owned()].into();
    });
    assert_eq!(refusal(&node, &elsewhere.await.access_token).await, ErrorCode::InvalidToken);
}

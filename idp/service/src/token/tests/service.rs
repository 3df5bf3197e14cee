use countersign_core::directory::capabilities::{AccessLevel, DaFunction};
use countersign_core::oauth::client::Client;
use countersign_core::oauth::error::ErrorCode;
use serde_json::json;

use super::{claims, code_of, form, post, token};
use crate::testing::applications::{SECRET, client};
use crate::testing::{TestNode, sqlite_node};

async fn node() -> (TestNode, Client) {
    let node = sqlite_node().await;
    let mut service = client(&node.services, "robot");
    service.resources = vec!["https://api.example".into()];
    service
        .service_capabilities
        .access_levels
        .insert(DaFunction::SecurityManagement, [AccessLevel::Enquiry].into());
    (node.with_clients(std::slice::from_ref(&service)).await, service)
}

#[tokio::test]
async fn a_service_costs_one_signature_and_no_query() {
    let (node, service) = node().await;
    let services = &node.services;
    let (statements, transactions) = (services.store.statements(), services.store.transactions());
    let fields = [("grant_type", "client_credentials"), ("scope", "directory")];
    let response = post(services, &service, &fields).await.unwrap();
    assert_eq!(services.store.statements(), statements);
    assert_eq!(services.store.transactions(), transactions);

    let header = jsonwebtoken::decode_header(&response.access_token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), jsonwebtoken::Algorithm::ES256));
    let claims = claims(services, &response.access_token, "at+jwt");
    let now = services.now().timestamp();
    assert_eq!(claims["iss"], "http://localhost:8080");
    assert_eq!(claims["aud"], "http://localhost:8080/api/v1");
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("robot"), &json!("robot")));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 300)));
    assert_eq!(claims["scope"], "directory");
    assert_eq!(claims["access_levels"], json!({"security_management": ["EE"]}));
    for absent in ["auth_time", "acr", "amr", "sid", "grant_id", "business_user_groups"] {
        assert!(!claims.contains_key(absent), "{absent}");
    }
    assert!(response.refresh_token.is_none() && response.id_token.is_none());
}

#[tokio::test]
async fn no_two_tokens_are_the_same() {
    let (node, service) = node().await;
    let fields = [("grant_type", "client_credentials")];
    let one = post(&node.services, &service, &fields).await.unwrap().access_token;
    let two = post(&node.services, &service, &fields).await.unwrap().access_token;
    let jti = |token: &str| claims(&node.services, token, "at+jwt")["jti"].clone();
    assert_ne!(jti(&one), jti(&two));
}

#[tokio::test]
async fn the_audience_is_one_the_service_may_ask_for() {
    let (node, service) = node().await;
    let ask = |resource| {
        let fields = [("grant_type", "client_credentials"), ("resource", resource)];
        let (services, service) = (&node.services, &service);
        async move { post(services, service, &fields).await }
    };
    let token = ask("https://api.example").await.unwrap().access_token;
    assert_eq!(claims(&node.services, &token, "at+jwt")["aud"], "https://api.example");
    assert_eq!(code_of(ask("https://other.example").await), Some(ErrorCode::InvalidTarget));
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_are_told_the_same() {
    let (node, _) = node().await;
    let try_as = |client_id: &'static str, secret: String| {
        let services = &node.services;
        async move {
            let fields =
                [("client_id", client_id), ("client_secret", &secret), ("grant_type", "client_credentials")];
            let error = token(services, None, &form(&fields)).await.err().unwrap();
            (error.code(), error.description().to_owned())
        }
    };
    let unknown = try_as("nobody", SECRET.to_owned()).await;
    assert_eq!(unknown.0, ErrorCode::InvalidClient);
    for secret in ["wrong".to_owned(), String::new() + SECRET + "x", "*".repeat(43)] {
        assert_eq!(try_as("robot", secret).await, unknown);
    }
    let fields = [("client_id", "robot"), ("grant_type", "client_credentials")];
    let nameless = token(&node.services, None, &form(&fields)).await.err().unwrap();
    assert_eq!((nameless.code(), nameless.description().to_owned()), unknown);
}

#[tokio::test]
async fn a_secret_goes_where_it_was_registered_to_go() {
    use base64::Engine as _;
    let (node, _) = node().await;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("robot:{SECRET}"));
    let header = format!("Basic {basic}");
    let result = token(&node.services, Some(&header), &form(&[("grant_type", "client_credentials")])).await;
    assert_eq!(code_of(result), Some(ErrorCode::InvalidClient));
}

#[tokio::test]
async fn a_grant_type_is_known_or_refused() {
    let (node, service) = node().await;
    assert_eq!(code_of(post(&node.services, &service, &[]).await), Some(ErrorCode::InvalidRequest));
    let password = post(&node.services, &service, &[("grant_type", "password")]).await;
    assert_eq!(code_of(password), Some(ErrorCode::UnsupportedGrantType));
}

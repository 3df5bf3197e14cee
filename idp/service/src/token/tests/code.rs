use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use countersign_core::oauth::claims::ClaimsRequest;
use countersign_core::oauth::client::{Client, SigningAlg, SubjectType};
use countersign_core::oauth::error::ErrorCode;
use countersign_core::oauth::session::EndedBecause;
use countersign_core::oauth::tokens::at_hash;
use countersign_store::Sessions;
use serde_json::json;

use super::{claims, code_of, exchange, form, post, refresh, reuses, token};
use crate::testing::applications::{CALLBACK, SECRET, VERIFIER, client};
use crate::testing::{TestNode, nodes, sqlite_node};
use crate::userinfo::userinfo;

async fn with_shop(node: TestNode) -> (TestNode, Client) {
    let shop = client(&node.services, "shop");
    (node.with_clients(std::slice::from_ref(&shop)).await, shop)
}

#[tokio::test]
async fn a_code_becomes_tokens_in_one_transaction() {
    for node in nodes().await {
        let (node, shop) = with_shop(node).await;
        let services = &node.services;
        let person = node.person(|_| ()).await;
        let code = node.code(&shop, &person, |_| ()).await;
        let (statements, transactions) = (services.store.statements(), services.store.transactions());
        let response = exchange(services, &shop, &code).await.unwrap();
        assert_eq!(services.store.transactions(), transactions + 1);
        // The facts, the code, the grant, the refresh token.
        assert_eq!(services.store.statements(), statements + 4, "{}", node.database.kind);

        let access = claims(services, &response.access_token, "at+jwt");
        assert_eq!(access["sub"], person.profile.id.as_str());
        assert_eq!(access["client_id"], "shop");
        assert_eq!(access["aud"], "http://localhost:8080");
        assert_eq!(access["scope"], "openid profile email clearing");
        assert_eq!(access["acr"], "urn:countersign:acr:otp-app");
        assert_eq!(access["amr"], json!(["pwd", "otp", "mfa"]));
        assert_eq!(access["sid"], person.session.id.as_str());
        assert_eq!(access["participant"], person.profile.participant.as_str());
        assert_eq!(access["business_user_groups"], json!(["11"]));
        assert!(!access.contains_key("email"), "resource servers are told no email");

        let jwt = response.id_token.unwrap();
        let id = claims(services, &jwt, "JWT");
        assert_eq!(id["aud"], "shop");
        assert_eq!(id["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(id["auth_time"], person.session.auth_time.timestamp());
        assert_eq!(id["at_hash"], at_hash(SigningAlg::Rs256, &response.access_token));
        assert_eq!(id["sid"], person.session.id.as_str());
        assert!(!id.contains_key("email") && !id.contains_key("participant"));
        assert_eq!(response.expires_in, 300);
    }
}

#[tokio::test]
async fn of_32_one_redeems_a_code() {
    for node in nodes().await {
        let (node, shop) = with_shop(node).await;
        let person = node.person(|_| ()).await;
        let code = node.code(&shop, &person, |_| ()).await;
        let tries: Vec<_> = (0..32)
            .map(|_| {
                let (services, shop, code) = (Arc::clone(&node.services), shop.clone(), code.clone());
                tokio::spawn(async move { exchange(&services, &shop, &code).await })
            })
            .collect();
        let mut won = Vec::new();
        for tried in tries {
            match tried.await.unwrap() {
                Ok(response) => won.push(response),
                Err(error) => assert_eq!(error.code(), ErrorCode::InvalidGrant, "{error:?}"),
            }
        }
        assert_eq!(won.len(), 1, "{}", node.database.kind);
        // The others were reuse: what the one got is worth nothing.
        let token = won[0].refresh_token.clone().unwrap();
        assert_eq!(code_of(refresh(&node.services, &shop, &token).await), Some(ErrorCode::InvalidGrant));
    }
}

#[tokio::test]
async fn a_code_used_twice_takes_back_what_it_gave() {
    for node in nodes().await {
        let (node, shop) = with_shop(node).await;
        let services = &node.services;
        let person = node.person(|_| ()).await;
        let code = node.code(&shop, &person, |_| ()).await;
        let response = exchange(services, &shop, &code).await.unwrap();
        assert!(userinfo(services, &response.access_token).await.is_ok());
        assert_eq!(code_of(exchange(services, &shop, &code).await), Some(ErrorCode::InvalidGrant));
        let error = userinfo(services, &response.access_token).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidToken);
        let token = response.refresh_token.unwrap();
        assert_eq!(code_of(refresh(services, &shop, &token).await), Some(ErrorCode::InvalidGrant));
        // It is recorded, and trying on records nothing more.
        assert_eq!(code_of(exchange(services, &shop, &code).await), Some(ErrorCode::InvalidGrant));
        let recorded = [(r#"{"reason":"authorization_code"}"#.to_owned(), "shop".to_owned())];
        assert_eq!(reuses(services).await, recorded, "{}", node.database.kind);
    }
}

#[tokio::test]
async fn a_code_that_is_not_the_callers_is_none_and_stays_good() {
    let node = sqlite_node().await;
    let (shop, thief) = (client(&node.services, "shop"), client(&node.services, "thief"));
    let node = node.with_clients(&[shop.clone(), thief.clone()]).await;
    let services = &node.services;
    let person = node.person(|_| ()).await;
    let code = node.code(&shop, &person, |_| ()).await;
    assert_eq!(code_of(exchange(services, &thief, &code).await), Some(ErrorCode::InvalidGrant));
    assert_eq!(code_of(exchange(services, &shop, "csc_unknown").await), Some(ErrorCode::InvalidGrant));
    let wrong = [
        [("redirect_uri", "http://localhost:9999/other"), ("code_verifier", VERIFIER)],
        [("redirect_uri", CALLBACK), ("code_verifier", "x")],
        [("redirect_uri", CALLBACK), ("code_verifier", "")],
    ];
    for fields in wrong {
        let all = [&[("grant_type", "authorization_code"), ("code", code.as_str())], &fields[..]].concat();
        assert_eq!(code_of(post(services, &shop, &all).await), Some(ErrorCode::InvalidGrant), "{fields:?}");
    }
    assert!(exchange(services, &shop, &code).await.is_ok());
}

#[tokio::test]
async fn a_code_lives_as_long_as_its_minute_its_session_and_its_user() {
    let (node, shop) = with_shop(sqlite_node().await).await;
    let services = &node.services;
    let end = services.now() + TimeDelta::seconds(30);
    let leaving = node.person(|profile| profile.disable_after = Some(end)).await;
    let (gone, late) = (node.person(|_| ()).await, node.person(|_| ()).await);
    let code_of_leaving = node.code(&shop, &leaving, |_| ()).await;
    let code_of_gone = node.code(&shop, &gone, |_| ()).await;
    let code_of_late = node.code(&shop, &late, |_| ()).await;

    let tx = services.store.begin().await.unwrap();
    let sessions = Sessions::on(tx.connection());
    assert!(sessions.end(&gone.session.id, EndedBecause::SignedOut, services.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(code_of(exchange(services, &shop, &code_of_gone).await), Some(ErrorCode::InvalidGrant));
    node.clock.advance_seconds(31);
    assert_eq!(code_of(exchange(services, &shop, &code_of_leaving).await), Some(ErrorCode::InvalidGrant));
    node.clock.advance_seconds(29);
    assert_eq!(code_of(exchange(services, &shop, &code_of_late).await), Some(ErrorCode::InvalidGrant));
}

#[tokio::test]
async fn each_client_gets_its_own_algorithm_and_its_own_subject() {
    let node = sqlite_node().await;
    let of = |name: &str, alg| Client {
        id_token_signed_response_alg: alg,
        subject_type: SubjectType::Pairwise { sector_identifier: Some(format!("{name}.example")) },
        ..client(&node.services, name)
    };
    let clients: Vec<_> = SigningAlg::ALL.into_iter().map(|alg| of(alg.as_str(), alg)).collect();
    let node = node.with_clients(&clients).await;
    let services = &node.services;
    let person = node.person(|_| ()).await;
    let mut subjects = BTreeSet::from([person.profile.id.as_str().to_owned()]);
    for client in &clients {
        let code = node.code(client, &person, |_| ()).await;
        let response = exchange(services, client, &code).await.unwrap();
        let id_token = response.id_token.unwrap();
        let header = jsonwebtoken::decode_header(&id_token).unwrap();
        assert_eq!(format!("{:?}", header.alg), client.id_token_signed_response_alg.as_str());
        let sub = claims(services, &id_token, "JWT")["sub"].clone();
        assert_eq!(claims(services, &response.access_token, "at+jwt")["sub"], sub);
        assert_eq!(userinfo(services, &response.access_token).await.unwrap()["sub"], sub);
        let again = node.code(client, &person, |_| ()).await;
        let again = exchange(services, client, &again).await.unwrap().id_token.unwrap();
        assert_eq!(claims(services, &again, "JWT")["sub"], sub, "stable");
        assert!(subjects.insert(sub.as_str().unwrap().to_owned()), "one per sector");
    }
}

#[tokio::test]
async fn claims_named_for_the_id_token_stand_in_it() {
    let (node, shop) = with_shop(sqlite_node().await).await;
    let person = node.person(|_| ()).await;
    let wish = r#"{"id_token": {"email": null, "participant": null, "aud": null, "sub": null}}"#;
    let code = node.code(&shop, &person, |grant| grant.claims = ClaimsRequest::parse(wish).unwrap()).await;
    let id_token = exchange(&node.services, &shop, &code).await.unwrap().id_token.unwrap();
    let id = claims(&node.services, &id_token, "JWT");
    assert_eq!(id["email"], "chan@participant.example");
    assert_eq!(id["participant"], person.profile.participant.as_str());
    assert_eq!(id["aud"], "shop");
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_without_the_grant_no_refresh_token() {
    use countersign_core::oauth::client::GrantType;
    let node = sqlite_node().await;
    let plain =
        Client { grant_types: [GrantType::AuthorizationCode].into(), ..client(&node.services, "plain") };
    let node = node.with_clients(std::slice::from_ref(&plain)).await;
    let person = node.person(|_| ()).await;
    let code = node.code(&plain, &person, |grant| grant.scope = "email".parse().unwrap()).await;
    let response = exchange(&node.services, &plain, &code).await.unwrap();
    assert!(response.id_token.is_none() && response.refresh_token.is_none());
}

#[tokio::test]
async fn the_audience_is_what_the_user_s_request_named() {
    let node = sqlite_node().await;
    let (api, other) = ("https://api.example", "https://other.example");
    let shop = Client { resources: vec![api.into(), other.into()], ..client(&node.services, "shop") };
    let node = node.with_clients(std::slice::from_ref(&shop)).await;
    let services = &node.services;
    let person = node.person(|_| ()).await;
    let code = node.code(&shop, &person, |grant| grant.resource = [api.to_owned()].into()).await;
    let fields = |resource| {
        [
            ("client_id", "shop"),
            ("client_secret", SECRET),
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", resource),
        ]
    };
    let refused = token(services, None, &form(&fields(other))).await;
    assert_eq!(code_of(refused), Some(ErrorCode::InvalidTarget));
    let response = token(services, None, &form(&fields(""))).await.unwrap();
    let aud = claims(services, &response.access_token, "at+jwt")["aud"].clone();
    assert_eq!(aud, json!([api, "http://localhost:8080"]));
    assert!(userinfo(services, &response.access_token).await.is_ok());
}

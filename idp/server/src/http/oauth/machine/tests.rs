//! The applications' endpoints over HTTP: statuses, headers, and bodies that are not what they should be.

mod jwks_uri;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::oauth::client::{Client, ClientAuthentication};
use countersign_service::testing::applications::{CALLBACK, SECRET, VERIFIER, client};
use countersign_service::testing::{TestNode, sqlite_node};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::http::router::router;
use crate::http::state::AppState;

const FORM: &str = "application/x-www-form-urlencoded";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

struct Issuer {
    node: TestNode,
    routes: Router,
}

async fn issuer() -> Issuer {
    let node = sqlite_node().await;
    let services = &node.services;
    let post = client(services, "post");
    let hash = countersign_service::clients::hash_secret(&services.vault, "basic", &SECRET.to_owned().into());
    let basic = Client {
        authentication: ClientAuthentication::ClientSecretBasic { secret_hash: hash },
        ..client(services, "basic")
    };
    let node = node.with_clients(&[post, basic]).await;
    let routes = router(AppState::new(Arc::clone(&node.services), None));
    Issuer { node, routes }
}

impl Issuer {
    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, json }
    }

    async fn get(&self, path: &str, authorization: Option<&str>) -> Answer {
        let mut request = Request::get(path);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, authorization: Option<&str>, body: &str) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, FORM);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn is(&self, status: u16, error: &str) -> bool {
        self.status == status
            && self.json["error"] == error
            && self.header(header::CACHE_CONTROL) == "no-store"
    }
}

fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

#[tokio::test]
async fn discovery_is_one_document_of_what_exists() {
    let issuer = issuer().await;
    let statements = issuer.node.services.store.statements();
    let document = issuer.get("/.well-known/openid-configuration", None).await;
    let same = issuer.get("/.well-known/oauth-authorization-server", None).await;
    assert_eq!(document.json, same.json);
    assert_eq!(document.status, StatusCode::OK);
    assert_eq!(document.json["issuer"], "http://localhost:8080");
    assert_eq!(document.json["response_types_supported"], serde_json::json!(["code"]));
    // Every endpoint it names is there: it may refuse, but not with "not found".
    let names = document.json.as_object().unwrap();
    let endpoints = names.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let mut count = 0;
    for (name, url) in endpoints {
        let path = url.as_str().unwrap().strip_prefix("http://localhost:8080").unwrap();
        assert_ne!(issuer.get(path, None).await.status, StatusCode::NOT_FOUND, "{name}");
        count += 1;
    }
    assert_eq!(count, 7);
    let jwks = issuer.get("/jwks", None).await;
    assert_eq!(jwks.json["keys"].as_array().unwrap().len(), 4);
    assert_eq!(jwks.header(header::CACHE_CONTROL), "public, max-age=3600");
    assert_eq!(issuer.node.services.store.statements(), statements);
}

#[tokio::test]
async fn a_token_is_not_kept_by_anyone() {
    let issuer = issuer().await;
    let body = "grant_type=client_credentials&scope=directory";
    let answer = issuer.post("/token", Some(&basic("basic", SECRET)), body).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 300);
    assert_eq!(answer.json["scope"], "directory");
    assert!(answer.json["access_token"].is_string());
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::PRAGMA), "no-cache");
    assert!(answer.header(header::CONTENT_TYPE).starts_with("application/json"));
}

#[tokio::test]
async fn a_client_that_fails_is_challenged() {
    let issuer = issuer().await;
    let body = "grant_type=client_credentials";
    let wrong = issuer.post("/token", Some(&basic("basic", "wrong")), body).await;
    let unknown = issuer.post("/token", Some(&basic("nobody", SECRET)), body).await;
    for answer in [&wrong, &unknown] {
        assert!(answer.is(401, "invalid_client"));
        assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Basic "));
    }
    assert_eq!(wrong.json, unknown.json);
    for path in ["/introspect", "/revoke"] {
        assert!(issuer.post(path, None, "token=x").await.is(401, "invalid_client"), "{path}");
    }
}

#[tokio::test]
async fn a_request_that_is_no_form_is_told_so() {
    let issuer = issuer().await;
    let credentials = basic("basic", SECRET);
    for kind in ["application/json", "text/plain", ""] {
        let request = Request::post("/token")
            .header(header::AUTHORIZATION, &credentials)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from("grant_type=client_credentials"))
            .unwrap();
        assert!(issuer.send(request).await.is(400, "invalid_request"), "{kind}");
    }
    let with_charset = Request::post("/token")
        .header(header::AUTHORIZATION, &credentials)
        .header(header::CONTENT_TYPE, "Application/X-WWW-Form-Urlencoded; charset=UTF-8")
        .body(Body::from("grant_type=client_credentials"))
        .unwrap();
    assert_eq!(issuer.send(with_charset).await.status, StatusCode::OK);
    let flawed = [
        "grant_type=client_credentials&grant_type=client_credentials",
        "scope=directory",
        "grant_type=client_credentials&scope=%FF",
        "grant_type=client_credentials&client_secret=x",
        &format!("grant_type=client_credentials&x={}", "x".repeat(40_000)),
    ];
    for body in flawed {
        assert!(issuer.post("/token", Some(&credentials), body).await.is(400, "invalid_request"), "{body}");
    }
    // Parameters in the query are none (RFC 6749 §3.2).
    let query = issuer.post("/token?grant_type=client_credentials", Some(&credentials), "").await;
    assert!(query.is(400, "invalid_request"));
    assert_eq!(issuer.get("/token", None).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let twice = Request::post("/token")
        .header(header::CONTENT_TYPE, FORM)
        .header(header::AUTHORIZATION, &credentials)
        .header(header::AUTHORIZATION, &credentials)
        .body(Body::from("grant_type=client_credentials"))
        .unwrap();
    assert!(issuer.send(twice).await.is(400, "invalid_request"));
}

#[tokio::test]
async fn userinfo_takes_the_token_one_way() {
    let issuer = issuer().await;
    let shop = client(&issuer.node.services, "post");
    let person = issuer.node.person(|_| ()).await;
    let code = issuer.node.code(&shop, &person, |_| ()).await;
    let redirect = CALLBACK.replace(':', "%3A").replace('/', "%2F");
    let body = format!(
        "grant_type=authorization_code&client_id=post&client_secret={SECRET}&code={code}\
         &redirect_uri={redirect}&code_verifier={VERIFIER}"
    );
    let tokens = issuer.post("/token", None, &body).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.json);
    let token = tokens.json["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let in_form = format!("access_token={token}");
    for answer in [
        issuer.get("/userinfo", Some(&bearer)).await,
        issuer.post("/userinfo", Some(&bearer), "").await,
        issuer.post("/userinfo", None, &in_form).await,
    ] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json["sub"], person.profile.id.as_str());
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    }
    assert!(issuer.post("/userinfo", Some(&bearer), &in_form).await.is(400, "invalid_request"));
    let in_query = issuer.get(&format!("/userinfo?{in_form}"), None).await;
    assert_eq!(in_query.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn userinfo_says_what_it_wants() {
    let issuer = issuer().await;
    let none = issuer.get("/userinfo", None).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    // RFC 6750 §3.1: no error code for whoever did not try.
    assert_eq!(none.header(header::WWW_AUTHENTICATE), "Bearer realm=\"countersign\"");
    let wrong = issuer.get("/userinfo", Some("Bearer x\"y")).await;
    assert!(wrong.is(401, "invalid_token"));
    assert!(wrong.header(header::WWW_AUTHENTICATE).contains("error=\"invalid_token\""));
    assert!(issuer.get("/userinfo", Some(&basic("a", "b"))).await.is(400, "invalid_request"));
    let service = issuer.post("/token", Some(&basic("basic", SECRET)), "grant_type=client_credentials").await;
    let bearer = format!("Bearer {}", service.json["access_token"].as_str().unwrap());
    assert!(issuer.get("/userinfo", Some(&bearer)).await.is(403, "insufficient_scope"));
}

#[tokio::test]
async fn scripts_of_any_origin_may_ask() {
    let issuer = issuer().await;
    let preflight = Request::options("/userinfo")
        .header(header::ORIGIN, "https://spa.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")
        .body(Body::empty())
        .unwrap();
    let answer = issuer.send(preflight).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert!(answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS).contains("Authorization"));
    assert!(answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS).is_empty());
    let refused = issuer.post("/token", None, "").await;
    assert_eq!(refused.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    // Pages that people see are not for scripts of other origins.
    let page = issuer.get("/authorize", None).await;
    assert!(page.header(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_empty());
}

#[tokio::test]
async fn revocation_answers_the_same_for_everything() {
    let issuer = issuer().await;
    let credentials = basic("basic", SECRET);
    let service = issuer.post("/token", Some(&credentials), "grant_type=client_credentials").await;
    let token = service.json["access_token"].as_str().unwrap();
    for body in [format!("token={token}"), format!("token={token}"), "token=x".to_owned()] {
        assert_eq!(issuer.post("/revoke", Some(&credentials), &body).await.status, StatusCode::OK);
    }
    let inactive = issuer.post("/introspect", Some(&credentials), &format!("token={token}")).await;
    assert_eq!(inactive.json, serde_json::json!({"active": false}));
    assert!(issuer.post("/revoke", Some(&credentials), "").await.is(400, "invalid_request"));
}

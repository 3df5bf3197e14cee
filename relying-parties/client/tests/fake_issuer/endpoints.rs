//! The endpoints of the fake issuer.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use url::Url;

use super::{CLIENT_ID, CLIENT_SECRET, FakeIssuer, SID, SUBJECT, unique};

type Parameters = HashMap<String, String>;

pub(super) async fn away(State(issuer): State<FakeIssuer>, request: Request, next: Next) -> Response {
    let away = issuer.0.behaviour.lock().unwrap().away;
    if away { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}

pub(super) async fn discovery(State(issuer): State<FakeIssuer>) -> Json<Value> {
    issuer.recorded().discoveries += 1;
    let at = |path: &str| format!("{}{path}", issuer.url());
    let announce = issuer.0.behaviour.lock().unwrap().announce_response_issuer;
    Json(json!({
        "issuer": issuer.url(),
        "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"), "jwks_uri": at("/jwks"), "end_session_endpoint": at("/end_session"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "authorization_response_iss_parameter_supported": announce,
    }))
}

pub(super) async fn jwks(State(issuer): State<FakeIssuer>) -> Json<Value> {
    let behaviour = issuer.0.behaviour.lock().unwrap();
    Json(json!({ "keys": behaviour.keys.iter().map(super::Key::jwk).collect::<Vec<_>>() }))
}

pub(super) async fn authorize(State(issuer): State<FakeIssuer>, Query(query): Query<Parameters>) -> Redirect {
    issuer.recorded().authorizations.push(query.clone());
    let behaviour = issuer.0.behaviour.lock().unwrap();
    let mut back = Url::parse(&query["redirect_uri"]).unwrap();
    let mut answer = back.query_pairs_mut();
    if let Some((code, description)) = behaviour.refuse {
        answer.append_pair("error", code).append_pair("error_description", description);
    } else {
        let code = unique();
        issuer.0.codes.lock().unwrap().insert(code.clone(), query.clone());
        answer.append_pair("code", &code);
    }
    answer.append_pair("state", behaviour.state.as_ref().unwrap_or(&query["state"]));
    if let Some(named) = &behaviour.response_issuer {
        answer.append_pair("iss", named);
    }
    drop(answer);
    Redirect::to(back.as_str())
}

pub(super) async fn token(
    State(issuer): State<FakeIssuer>,
    headers: HeaderMap,
    Form(form): Form<Parameters>,
) -> Response {
    let (delay, redirect) = {
        let mut seen = form.clone();
        if let Some(credentials) = headers.get(header::AUTHORIZATION) {
            seen.insert("Authorization".into(), credentials.to_str().unwrap().into());
        }
        issuer.recorded().token_requests.push(seen);
        let behaviour = issuer.0.behaviour.lock().unwrap();
        (behaviour.token_delay, behaviour.redirect_token_endpoint.clone())
    };
    tokio::time::sleep(delay).await;
    if let Some(elsewhere) = redirect {
        return Redirect::temporary(&elsewhere).into_response();
    }
    if !authenticated(&headers, &form) {
        return refuse("invalid_client");
    }
    match form["grant_type"].as_str() {
        "authorization_code" => by_code(&issuer, &form),
        "refresh_token" => by_refresh(&issuer, &form),
        "client_credentials" => {
            let token = issuer.access_token("http://api.example", |claims| {
                claims.insert("sub".into(), json!(CLIENT_ID));
            });
            Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": 300})).into_response()
        }
        _ => refuse("unsupported_grant_type"),
    }
}

fn authenticated(headers: &HeaderMap, form: &Parameters) -> bool {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let expected = format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{}:{}", encode(CLIENT_ID), encode(CLIENT_SECRET)))
    );
    let basic = headers.get(header::AUTHORIZATION).is_some_and(|sent| sent.as_bytes() == expected.as_bytes());
    basic || form.contains_key("client_assertion")
}

fn by_code(issuer: &FakeIssuer, form: &Parameters) -> Response {
    let Some(asked) = issuer.0.codes.lock().unwrap().remove(&form["code"]) else {
        return refuse("invalid_grant");
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if asked["code_challenge_method"] != "S256"
        || asked["code_challenge"] != challenge
        || asked["redirect_uri"] != form["redirect_uri"]
    {
        return refuse("invalid_grant");
    }
    issue(issuer, asked.get("nonce").map(String::as_str))
}

fn by_refresh(issuer: &FakeIssuer, form: &Parameters) -> Response {
    let ended = issuer.0.behaviour.lock().unwrap().end_grants;
    let mut known = issuer.0.refresh_tokens.lock().unwrap();
    let before = known.len();
    known.retain(|token| *token != form["refresh_token"]);
    if ended || known.len() == before {
        return refuse("invalid_grant");
    }
    drop(known);
    issue(issuer, None)
}

fn issue(issuer: &FakeIssuer, nonce: Option<&str>) -> Response {
    let now = issuer.now();
    let behaviour = issuer.0.behaviour.lock().unwrap();
    let access_token = unique();
    let signing = behaviour.signing.as_ref().unwrap_or(&behaviour.keys[0]).clone();
    // OIDC Core §3.1.3.6: the hash function of the token's own algorithm, SHA-512 for Ed25519.
    let function = if signing.algorithm == Algorithm::EdDSA { &SHA512 } else { &SHA256 };
    let hash = digest(function, access_token.as_bytes());
    let mut claims = super::object(json!({
        "iss": issuer.url(), "sub": SUBJECT, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "auth_time": now, "sid": SID,
        "acr": "urn:countersign:acr:otp-app", "amr": ["pwd", "otp", "mfa"],
        "at_hash": BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2]),
    }));
    if let Some(nonce) = nonce {
        claims.insert("nonce".into(), json!(nonce));
    }
    (behaviour.id_token)(&mut claims);
    let id_token = signing.sign("JWT", &Value::Object(claims), &behaviour.forge);
    issuer.0.access_tokens.lock().unwrap().push(access_token.clone());
    let mut answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": behaviour.access_token_seconds,
        "id_token": id_token, "ballast": "x".repeat(behaviour.ballast),
    });
    if behaviour.issue_refresh_token {
        let refresh_token = unique();
        issuer.0.refresh_tokens.lock().unwrap().push(refresh_token.clone());
        answer["refresh_token"] = json!(refresh_token);
    }
    Json(answer).into_response()
}

pub(super) async fn userinfo(State(issuer): State<FakeIssuer>, headers: HeaderMap) -> Response {
    issuer.recorded().userinfo_requests += 1;
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = issuer.0.access_tokens.lock().unwrap().iter().any(|token| format!("Bearer {token}") == sent);
    if !known {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(issuer.0.behaviour.lock().unwrap().userinfo.clone()).into_response()
}

pub(super) async fn end_session(
    State(issuer): State<FakeIssuer>,
    Query(query): Query<Parameters>,
) -> Redirect {
    issuer.recorded().logouts.push(query.clone());
    let mut back = Url::parse(&query["post_logout_redirect_uri"]).unwrap();
    if let Some(state) = query.get("state") {
        back.query_pairs_mut().append_pair("state", state);
    }
    Redirect::to(back.as_str())
}

fn refuse(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}

//! `GET /api/functions` as a resource server (RFC 6750, RFC 9068).

use serde_json::{Map, Value, json};

use crate::fake_issuer::keys::{Forge, Key};
use crate::fake_issuer::{CLIENT_SECRET, SUBJECT, object};
use crate::terminal::Terminal;

struct Answer {
    status: u16,
    challenge: String,
    body: Value,
}

async fn ask(terminal: &Terminal, authorization: Option<&str>) -> Answer {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.get(format!("{}/api/functions", terminal.base));
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    let answer = request.send().await.unwrap();
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(answer.headers()["cache-control"], "no-store");
    Answer {
        status: answer.status().as_u16(),
        challenge: challenge.unwrap_or_default(),
        body: answer.json().await.unwrap(),
    }
}

async fn ask_with(terminal: &Terminal, bend: impl FnOnce(&mut Map<String, Value>)) -> Answer {
    let token = terminal.issuer.access_token(&terminal.base, bend);
    ask(terminal, Some(&format!("Bearer {token}"))).await
}

/// The token is answered with 401 `invalid_token` (RFC 6750 §3.1), without saying why.
async fn refused(terminal: &Terminal, why: &str, bend: impl FnOnce(&mut Map<String, Value>)) {
    let answer = ask_with(terminal, bend).await;
    assert_eq!(answer.status, 401, "{why}");
    assert!(answer.challenge.starts_with("Bearer realm=\"ccms-terminal\", error=\"invalid_token\""), "{why}");
    assert_eq!(answer.body["error"], "invalid_token", "{why}");
}

#[tokio::test]
async fn a_right_token_lists_what_its_groups_grant() {
    let terminal = Terminal::start().await;
    let answer = ask_with(&terminal, |_| {}).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["sub"], SUBJECT);
    assert_eq!(answer.body["participant"], "ABC");
    let functions: Vec<_> =
        answer.body["functions"].as_array().unwrap().iter().map(|f| f["slug"].as_str().unwrap()).collect();
    assert_eq!(functions, ["general-enquiries", "settlement-activity-status-enquiry", "view-circular"]);
    assert_eq!(answer.body["functions"][0]["groups"], json!(["11"]));
    assert_eq!(answer.body["functions"][0]["name"], "General Enquiries");
    let listed = ask_with(&terminal, |claims| {
        claims.insert("aud".into(), json!(["http://other.example", terminal.base]));
    })
    .await;
    assert_eq!(listed.status, 200, "one audience of several");
}

#[tokio::test]
async fn without_a_token_nothing_but_the_need_for_one_is_told() {
    let terminal = Terminal::start().await;
    for sent in [None, Some("Basic dGVzdDp0ZXN0"), Some("Bearer"), Some("")] {
        let answer = ask(&terminal, sent).await;
        assert_eq!(
            (answer.status, answer.challenge.as_str()),
            (401, "Bearer realm=\"ccms-terminal\""),
            "{sent:?}"
        );
    }
}

#[tokio::test]
async fn malformed_credentials_are_an_invalid_request() {
    let terminal = Terminal::start().await;
    for sent in ["Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"x\""] {
        let answer = ask(&terminal, Some(sent)).await;
        assert!(answer.status == 400 || answer.challenge == "Bearer realm=\"ccms-terminal\"", "{sent:?}");
    }
    let token = terminal.issuer.access_token(&terminal.base, |_| {});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("{}/api/functions", terminal.base);
    let twice = client.get(&address).header("authorization", format!("Bearer {token}"));
    let answer = twice.header("authorization", format!("Bearer {token}")).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let in_query = client.get(format!("{address}?access_token={token}")).send().await.unwrap();
    assert_eq!(in_query.status(), 401, "a token in an address is not looked at");
}

#[tokio::test]
async fn whatever_is_no_right_token_for_us_is_refused() {
    let terminal = Terminal::start().await;
    let now = terminal.issuer.now();
    let set = |name: &'static str, value: Value| {
        move |claims: &mut Map<String, Value>| {
            claims.insert(name.into(), value);
        }
    };
    let base = terminal.base.clone();
    refused(&terminal, "another audience", set("aud", json!("http://localhost:9"))).await;
    refused(&terminal, "the client as audience", set("aud", json!("test-client"))).await;
    refused(&terminal, "audience with a slash", set("aud", json!(base.clone() + "/"))).await;
    refused(&terminal, "audience with a longer name", set("aud", json!(base + "0"))).await;
    refused(&terminal, "another issuer", set("iss", json!("https://evil.example"))).await;
    refused(&terminal, "expired", set("exp", json!(now - 60))).await;
    refused(&terminal, "issued in the future", set("iat", json!(now + 600))).await;
    refused(&terminal, "not valid yet", set("nbf", json!(now + 600))).await;
    refused(&terminal, "times as text", set("exp", json!("tomorrow"))).await;
    for name in ["aud", "iss", "exp", "iat", "sub", "client_id", "jti"] {
        refused(&terminal, name, |claims| {
            claims.remove(name);
        })
        .await;
    }
}

#[tokio::test]
async fn whatever_is_not_signed_by_the_issuer_as_an_access_token_is_refused() {
    let terminal = Terminal::start().await;
    let mut public_key = Vec::new();
    terminal.issuer.bend(|issuer| public_key = issuer.keys[0].public_bytes());
    for forge in [
        Forge::None,
        Forge::Hs256(CLIENT_SECRET.into()),
        Forge::Hs256(public_key),
        Forge::Damaged,
        Forge::Typ("JWT"),
        Forge::Typ("logout+jwt"),
    ] {
        terminal.issuer.bend(|issuer| issuer.forge = forge);
        refused(&terminal, "forged", |_| {}).await;
    }
    terminal.issuer.bend(|issuer| {
        issuer.forge = Forge::No;
        issuer.signing = Some(Key::es256("key-1"));
    });
    refused(&terminal, "a stranger's key", |_| {}).await;
    let long = "a.".repeat(10_000);
    for token in ["x", "a.b.c", "....", &long] {
        assert_eq!(ask(&terminal, Some(&format!("Bearer {token}"))).await.status, 401, "{token}");
    }
}

#[tokio::test]
async fn the_full_media_type_is_accepted_and_the_scheme_in_any_case() {
    let terminal = Terminal::start().await;
    terminal.issuer.bend(|issuer| issuer.forge = Forge::Typ("application/at+jwt"));
    let token = terminal.issuer.access_token(&terminal.base, |_| {});
    assert_eq!(ask(&terminal, Some(&format!("bearer {token}"))).await.status, 200);
}

#[tokio::test]
async fn a_token_without_the_scope_is_insufficient() {
    let terminal = Terminal::start().await;
    for scope in [json!("openid"), json!("openid clearing-house"), json!(null)] {
        let answer = ask_with(&terminal, |claims| {
            claims.insert("scope".into(), scope);
        })
        .await;
        assert_eq!(answer.status, 403);
        assert!(answer.challenge.contains("error=\"insufficient_scope\""), "{}", answer.challenge);
        assert!(answer.challenge.ends_with("scope=\"clearing\""), "{}", answer.challenge);
    }
}

#[tokio::test]
async fn a_token_without_groups_is_granted_nothing() {
    let terminal = Terminal::start().await;
    for groups in [json!([]), json!(["99"]), json!("11"), json!(null)] {
        let answer = ask_with(&terminal, |claims| {
            claims.insert("business_user_groups".into(), groups);
        })
        .await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("no_functions")));
    }
}

#[tokio::test]
async fn tokens_cannot_be_judged_while_the_issuer_is_unknown() {
    let terminal = Terminal::start().await;
    terminal.issuer.bend(|issuer| issuer.away = true);
    let answer = ask_with(&terminal, |_| {}).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(object(answer.body)["error"], "temporarily_unavailable");
}

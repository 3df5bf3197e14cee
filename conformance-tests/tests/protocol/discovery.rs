//! OpenID Connect Discovery 1.0, RFC 8414 (authorization server metadata) and RFC 7517 (the key set).

use anyhow::Result;
use conformance_tests::Reply;
use serde_json::Value;

use super::{BASIC, party};

fn list<'a>(document: &'a Value, member: &str) -> Vec<&'a str> {
    let values = document.get(member).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str).collect()
}

async fn document() -> Result<Reply> {
    party(BASIC).await?.get("/.well-known/openid-configuration").await
}

/// OpenID Connect Discovery §4.2: JSON, 200, `issuer` exactly the address it was asked at.
#[tokio::test]
async fn discovery_4_2_answers_json_with_the_issuer_itself() -> Result<()> {
    let party = party(BASIC).await?;
    let reply = document().await?;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").starts_with("application/json"));
    assert_eq!(reply.text("issuer")?, party.issuer);
    Ok(())
}

/// OpenID Connect Discovery §3: every required member, with addresses at the issuer.
#[tokio::test]
async fn discovery_3_has_every_required_member() -> Result<()> {
    let party = party(BASIC).await?;
    let document = party.discovery().await?;
    for (member, path) in [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/jwks"),
        ("introspection_endpoint", "/introspect"),
        ("revocation_endpoint", "/revoke"),
        ("end_session_endpoint", "/end_session"),
    ] {
        assert_eq!(document[member], party.endpoint(path), "{member}");
    }
    assert_eq!(list(&document, "response_types_supported"), ["code"]);
    assert!(list(&document, "id_token_signing_alg_values_supported").contains(&"RS256"));
    let subjects = list(&document, "subject_types_supported");
    assert!(subjects.contains(&"public") && subjects.contains(&"pairwise"));
    Ok(())
}

/// OpenID Connect Discovery §3: what it says it supports is what the other tests find.
#[tokio::test]
async fn discovery_3_says_what_is_true() -> Result<()> {
    let document = party(BASIC).await?.discovery().await?;
    for scope in ["openid", "profile", "email", "address", "phone", "offline_access", "clearing"] {
        assert!(list(&document, "scopes_supported").contains(&scope), "{scope}");
    }
    let modes = list(&document, "response_modes_supported");
    assert!(modes.contains(&"query") && modes.contains(&"form_post"));
    for grant in ["authorization_code", "refresh_token", "client_credentials"] {
        assert!(list(&document, "grant_types_supported").contains(&grant), "{grant}");
    }
    for grant in ["implicit", "password"] {
        assert!(!list(&document, "grant_types_supported").contains(&grant), "{grant}");
    }
    for method in ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] {
        assert!(list(&document, "token_endpoint_auth_methods_supported").contains(&method), "{method}");
    }
    for algorithm in ["RS256", "ES256", "PS256", "EdDSA"] {
        assert!(list(&document, "id_token_signing_alg_values_supported").contains(&algorithm), "{algorithm}");
    }
    assert!(!list(&document, "id_token_signing_alg_values_supported").contains(&"none"));
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(document["request_parameter_supported"], false);
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert_eq!(document["backchannel_logout_supported"], true);
    for locale in ["en", "zh-Hant", "zh-Hans"] {
        let locales = list(&document, "ui_locales_supported");
        assert!(locales.iter().any(|held| held.starts_with(locale)), "{locale}: {locales:?}");
    }
    for claim in ["sub", "iss", "auth_time", "acr", "amr", "name", "email", "preferred_username"] {
        assert!(list(&document, "claims_supported").contains(&claim), "{claim}");
    }
    let acr = list(&document, "acr_values_supported");
    assert!(acr.contains(&"urn:countersign:acr:otp-email"));
    assert!(acr.contains(&"urn:countersign:acr:otp-app"));
    Ok(())
}

/// RFC 7636 by way of RFC 8414 §2: S256, and never `plain`.
#[tokio::test]
async fn rfc8414_2_supports_s256_alone() -> Result<()> {
    let document = party(BASIC).await?.discovery().await?;
    assert_eq!(list(&document, "code_challenge_methods_supported"), ["S256"]);
    Ok(())
}

/// RFC 9207 §3.
#[tokio::test]
async fn rfc9207_3_promises_iss_in_every_answer() -> Result<()> {
    let document = party(BASIC).await?.discovery().await?;
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    Ok(())
}

/// RFC 8414 §3: the same truth at the other well-known address.
#[tokio::test]
async fn rfc8414_3_agrees_with_openid_discovery() -> Result<()> {
    let party = party(BASIC).await?;
    let openid = party.discovery().await?;
    let reply = party.get("/.well-known/oauth-authorization-server").await?.granted()?;
    assert!(reply.header("content-type").starts_with("application/json"));
    let oauth = reply.json();
    for member in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "scopes_supported",
        "response_types_supported",
        "grant_types_supported",
        "token_endpoint_auth_methods_supported",
        "introspection_endpoint",
        "revocation_endpoint",
        "code_challenge_methods_supported",
    ] {
        assert!(!oauth[member].is_null(), "{member}");
        assert_eq!(oauth[member], openid[member], "{member}");
    }
    Ok(())
}

/// RFC 8414 §3.2 and browsers: metadata may be read by scripts of any origin, and be cached.
#[tokio::test]
async fn rfc8414_3_2_metadata_may_be_cached() -> Result<()> {
    let reply = document().await?;
    assert!(!reply.header("cache-control").contains("no-store"), "{:?}", reply.headers);
    Ok(())
}

/// RFC 7517 §4 and §5, and OpenID Connect Core §10.1: public signing keys, each with its own `kid`, nothing private.
#[tokio::test]
async fn rfc7517_5_publishes_only_public_keys_with_distinct_kids() -> Result<()> {
    let set = party(BASIC).await?.get("/jwks").await?.granted()?.json();
    let keys = set["keys"].as_array().expect("keys");
    let mut kids: Vec<_> = keys.iter().map(|key| key["kid"].as_str().expect("kid")).collect();
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        assert_eq!(key["use"], "sig");
        assert!(key["alg"].is_string());
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key[private].is_null(), "`{private}` is out");
        }
    }
    let algorithms: Vec<_> = keys.iter().filter_map(|key| key["alg"].as_str()).collect();
    for needed in ["RS256", "ES256"] {
        assert!(algorithms.contains(&needed), "{algorithms:?}");
    }
    Ok(())
}

/// RFC 9110 §15.5.6: other methods are answered 405 with what is allowed.
#[tokio::test]
async fn discovery_refuses_other_methods() -> Result<()> {
    let party = party(BASIC).await?;
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        let answer = party.http.post(party.endpoint(path)).send().await?;
        assert_eq!(answer.status().as_u16(), 405, "{path}");
    }
    Ok(())
}

//! RFC 9068 (JWT access tokens) and RFC 8707 (resource indicators).

use anyhow::Result;
use conformance_tests::oidc::jwt::peek;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::{BASIC, Login, assert_refused, assert_token_error, party};

const API: &str = "https://api.example";
const REPORTS: &str = "https://reports.example";

fn audiences(claims: &Value) -> Vec<String> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// RFC 9068 §2.1: `typ` is `at+jwt`, signed asymmetrically, ES256 by default.
#[tokio::test]
async fn rfc9068_2_1_typ_and_signature() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let access = login.tokens().await?.access_token()?;
    let audience = audiences(&peek(&access)?).pop().expect("aud");
    let token = login.party.verify(&access, &audience).await?;
    assert_eq!(token.header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(token.header.alg, Algorithm::ES256);
    Ok(())
}

/// RFC 9068 §2.2: every required claim, and the login it stems from.
#[tokio::test]
async fn rfc9068_2_2_claims() -> Result<()> {
    let login = Login::new(BASIC, "openid profile").await?;
    let tokens = login.tokens().await?;
    let claims = peek(&tokens.access_token()?)?;
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_eq!(claims["iss"], login.party.issuer);
    assert_eq!(claims["sub"], identity.text("sub"));
    assert_eq!(claims["client_id"], BASIC);
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16), "{claims}");
    let (issued, expires) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    let lifetime = expires.zip(issued).map_or(0, |(exp, iat)| exp - iat);
    assert_eq!(Some(lifetime), tokens.json()["expires_in"].as_i64());
    assert!(lifetime <= 300, "outside introspection an ended grant must be gone within five minutes");
    assert_eq!(claims["auth_time"].as_i64(), Some(identity.number("auth_time")));
    assert_eq!(claims["acr"], identity.text("acr"));
    assert!(!audiences(&claims).is_empty());
    let scope = claims["scope"].as_str().unwrap_or_default();
    assert!(scope.split(' ').any(|one| one == "profile"), "{claims}");
    Ok(())
}

/// RFC 9068 §2.2: two tokens never share a `jti`.
#[tokio::test]
async fn rfc9068_2_2_jti_is_unique() -> Result<()> {
    let service = party("conformance-service").await?;
    let first = service.client_credentials("directory").await?.granted()?.access_token()?;
    let second = service.client_credentials("directory").await?.granted()?.access_token()?;
    assert_ne!(peek(&first)?["jti"], peek(&second)?["jti"]);
    Ok(())
}

/// RFC 9068 §5 and RFC 8725 §3.11: an access token is no ID token, and the other way round.
#[tokio::test]
async fn rfc9068_5_the_two_kinds_cannot_be_confused() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    assert!(login.party.verify_id_token(&tokens.access_token()?).await.is_err());
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_ne!(identity.header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(login.party.userinfo(&tokens.id_token()?).await?.status, 401);
    Ok(())
}

/// RFC 8707 §2 and RFC 9068 §3: `aud` is the resource that was asked for.
#[tokio::test]
async fn rfc8707_2_the_audience_is_the_resource() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().with("resource", API).and("resource", REPORTS);
    let login = Login::by(party, request).await?;
    let claims = peek(&login.tokens().await?.access_token()?)?;
    let audiences = audiences(&claims);
    assert!([API, REPORTS].iter().all(|resource| audiences.iter().any(|one| one == resource)), "{claims}");
    Ok(())
}

/// RFC 8707 §2.2: the token request may choose among what the authorization request named, and no more.
#[tokio::test]
async fn rfc8707_2_2_the_token_request_may_narrow() -> Result<()> {
    let party = party(BASIC).await?;
    let both = party.authorization().with("resource", API).and("resource", REPORTS);
    let login = Login::by(party.clone(), both).await?;
    let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
    parameters.push(("resource", API));
    let tokens = login.party.token(&parameters).await?.granted()?;
    let audiences = audiences(&peek(&tokens.access_token()?)?);
    assert!(
        audiences.iter().any(|one| one == API) && !audiences.iter().any(|one| one == REPORTS),
        "{audiences:?}"
    );

    let one = party.authorization().with("resource", API);
    let login = Login::by(party, one).await?;
    let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
    parameters.push(("resource", REPORTS));
    assert_token_error(&login.party.token(&parameters).await?, 400, "invalid_target");
    Ok(())
}

/// RFC 8707 §2: a resource that is no absolute URI, or has a fragment, or that nobody knows, is `invalid_target`.
#[tokio::test]
async fn rfc8707_2_a_wrong_resource_is_invalid_target() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    for resource in ["not-a-uri", "/relative", "https://api.example/#part", "https://nobody.example/"] {
        assert_refused(&request.clone().with("resource", resource), "invalid_target").await?;
    }
    Ok(())
}

/// RFC 8707 §2.2: the same at the token endpoint.
#[tokio::test]
async fn rfc8707_2_2_a_wrong_resource_at_the_token_endpoint() -> Result<()> {
    let service = party("conformance-service").await?;
    for resource in ["not-a-uri", "https://nobody.example/"] {
        let parameters = [("grant_type", "client_credentials"), ("resource", resource)];
        assert_token_error(&service.token(&parameters).await?, 400, "invalid_target");
    }
    Ok(())
}

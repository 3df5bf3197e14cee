//! RFC 6749 §4.1.2 and §4.1.3: the authorization code and its exchange.

use anyhow::Result;

use super::{BASIC, Login, assert_token_error, party};

/// §4.1.4: a right exchange.
#[tokio::test]
async fn rfc6749_4_1_4_a_code_becomes_tokens() -> Result<()> {
    let login = Login::new(BASIC, "openid profile").await?;
    let tokens = login.tokens().await?;
    assert!(tokens.text("token_type")?.eq_ignore_ascii_case("bearer"));
    assert!(tokens.json()["expires_in"].as_u64().is_some_and(|seconds| seconds > 0));
    assert!(tokens.access_token().is_ok() && tokens.id_token().is_ok());
    Ok(())
}

/// §4.1.2: a code works once, and using it again revokes what it first gave.
#[tokio::test]
async fn rfc6749_4_1_2_a_code_used_twice_revokes_what_it_gave() -> Result<()> {
    let login = Login::new(BASIC, "openid offline_access").await?;
    let first = login.tokens().await?;
    let access = first.access_token()?;
    assert_eq!(login.party.userinfo(&access).await?.status, 200);
    let second = login.party.exchange(&login.request, login.code()?).await?;
    assert_token_error(&second, 400, "invalid_grant");
    assert_eq!(login.party.introspect(&access).await?.json()["active"], false);
    assert_eq!(login.party.userinfo(&access).await?.status, 401);
    if let Ok(refresh) = first.refresh_token() {
        assert_token_error(&login.party.refresh(&refresh).await?, 400, "invalid_grant");
    }
    Ok(())
}

/// §10.5: a code guessed or cut short is `invalid_grant`.
#[tokio::test]
async fn rfc6749_5_2_an_unknown_code_is_invalid_grant() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let code = login.code()?;
    for wrong in ["x", "SplxlOBeZQQYbYS6WxSbIA", &code[1..], &code[..code.len() - 1], &format!("{code}x")] {
        let reply = login.party.exchange(&login.request, wrong).await?;
        assert_token_error(&reply, 400, "invalid_grant");
    }
    Ok(())
}

/// §4.1.3: a code belongs to the client that it was issued to.
#[tokio::test]
async fn rfc6749_4_1_3_a_code_of_another_client_is_invalid_grant() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let thief = party("conformance-post").await?;
    let reply = thief.exchange(&login.request, login.code()?).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

/// §5.2: without a code the request is malformed.
#[tokio::test]
async fn rfc6749_5_2_a_missing_code_is_invalid_request() -> Result<()> {
    let party = party(BASIC).await?;
    let reply = party
        .token(&[("grant_type", "authorization_code"), ("redirect_uri", "http://localhost:9999/callback")])
        .await?;
    assert_token_error(&reply, 400, "invalid_request");
    Ok(())
}

/// §4.1.2: a code is long enough not to be guessed.
#[tokio::test]
async fn rfc6749_10_10_a_code_cannot_be_guessed() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let first = login.code()?.to_owned();
    let request = login.party.authorization();
    let second = login.again(&request).await?.require("code")?.to_owned();
    assert_ne!(first, second);
    let random = first.split_once('_').map_or(first.as_str(), |(_, random)| random);
    assert!(random.len() >= 27, "160 bits at least: {first}");
    Ok(())
}

/// §5.1: when the granted scope is what was asked, it may be told; when it is told, it is right.
#[tokio::test]
async fn rfc6749_5_1_scope_tells_what_was_granted() -> Result<()> {
    let login = Login::new(BASIC, "openid email").await?;
    let tokens = login.tokens().await?;
    let scope = tokens.text("scope")?;
    let mut granted: Vec<_> = scope.split(' ').collect();
    granted.sort_unstable();
    assert_eq!(granted, ["email", "openid"]);
    Ok(())
}

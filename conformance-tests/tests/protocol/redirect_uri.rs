//! RFC 6749 §3.1.2 and RFC 9700 §2.1: redirect URIs are compared exactly, and nothing is sent to a wrong one.

use anyhow::Result;

use super::{BASIC, Login, assert_error_page, assert_token_error, party};

/// RFC 9700 §2.1: exact string matching, so none of these near misses is redirected to.
#[tokio::test]
async fn rfc6749_3_1_2_3_near_misses_see_a_page() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    for near in [
        "http://localhost:9999/callback/",
        "http://localhost:9999/callback?next=1",
        "http://localhost:9999/callback#",
        "http://localhost:9999/callback#fragment",
        "http://localhost:9999/Callback",
        "http://localhost:9999/callback/../callback",
        "http://localhost:9999/callback/../../evil",
        "http://localhost:9999//callback",
        "http://localhost:9999/%63allback",
        "http://LOCALHOST:9999/callback",
        "http://localhost.:9999/callback",
        "http://localhost:99990/callback",
        "http://localhost/callback",
        "https://localhost:9999/callback",
        "http://127.0.0.1:9999/callback",
        "http://localhost:9999@evil.example/callback",
        "http://user@localhost:9999/callback",
        "http://evil.example/http://localhost:9999/callback",
        "//localhost:9999/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,hello",
        " http://localhost:9999/callback",
        "http://localhost:9999/callback\u{0}",
        "",
    ] {
        assert_error_page(&request.clone().with("redirect_uri", near)).await?;
    }
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: `redirect_uri` is required, even of a client that has registered only one.
#[tokio::test]
async fn core_3_1_2_1_redirect_uri_is_required() -> Result<()> {
    assert_error_page(&party(BASIC).await?.authorization().without("redirect_uri")).await
}

/// RFC 6749 §3.1.2.4: another client's redirect URI is as wrong as a stranger's.
#[tokio::test]
async fn rfc6749_3_1_2_4_another_clients_uri_sees_a_page() -> Result<()> {
    let demo = conformance_tests::shared().await?;
    let foreign = demo.client("dms").map(|client| client.redirect_uris);
    let foreign = match foreign.as_deref() {
        Ok([uri, ..]) => uri.clone(),
        _ => format!("{}/callback", demo.addresses().dms),
    };
    assert_error_page(&party(BASIC).await?.authorization().with("redirect_uri", &foreign)).await
}

/// RFC 6749 §4.1.2.1: even an otherwise broken request says nothing to a wrong redirect URI.
#[tokio::test]
async fn rfc6749_4_1_2_1_a_wrong_uri_wins_over_every_other_error() -> Result<()> {
    let request = party(BASIC).await?.authorization();
    let request = request.with("redirect_uri", "https://evil.example/");
    for (name, value) in [
        ("response_type", "token"),
        ("prompt", "none"),
        ("scope", "directory"),
        ("code_challenge_method", "plain"),
        ("request", "x"),
    ] {
        assert_error_page(&request.clone().with(name, value)).await?;
    }
    Ok(())
}

/// RFC 6749 §4.1.3: the token request repeats the redirect URI of the authorization request exactly.
#[tokio::test]
async fn rfc6749_4_1_3_the_exchange_must_repeat_it() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    for wrong in ["http://localhost:9999/other", "http://localhost:9999/callback/"] {
        let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
        parameters[2].1 = wrong;
        let reply = login.party.token(&parameters).await?;
        assert_token_error(&reply, 400, "invalid_grant");
    }
    Ok(())
}

/// RFC 6749 §4.1.3: leaving it out is an error too, since the authorization request had it.
#[tokio::test]
async fn rfc6749_4_1_3_the_exchange_must_not_omit_it() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let mut parameters = login.party.exchange_parameters(&login.request, login.code()?);
    parameters.retain(|(name, _)| *name != "redirect_uri");
    let reply = login.party.token(&parameters).await?;
    assert!(["invalid_grant", "invalid_request"].contains(&reply.error().as_str()), "{}", reply.body);
    assert_eq!(reply.status, 400);
    Ok(())
}

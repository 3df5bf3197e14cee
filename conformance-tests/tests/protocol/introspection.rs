//! RFC 7662: token introspection.

use anyhow::Result;
use conformance_tests::ambient;
use conformance_tests::oidc::Authentication;

use super::{BASIC, Login, assert_token_error, party};

/// §2.2: what an active access token is.
#[tokio::test]
async fn rfc7662_2_2_an_active_access_token() -> Result<()> {
    let login = Login::new(BASIC, "openid profile").await?;
    let tokens = login.tokens().await?;
    let reply = login.party.introspect(&tokens.access_token()?).await?.granted()?;
    assert!(reply.header("content-type").starts_with("application/json"));
    assert!(reply.header("cache-control").contains("no-store"));
    let told = reply.json();
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    assert_eq!(told["active"], true);
    assert_eq!(told["client_id"], BASIC);
    assert_eq!(told["sub"], identity.text("sub"));
    assert_eq!(told["iss"], login.party.issuer);
    assert!(told["exp"].as_i64().is_some_and(|exp| exp > ambient::now()), "{told}");
    assert!(told["iat"].as_i64().is_some_and(|iat| iat <= ambient::now() + 1), "{told}");
    let scope = told["scope"].as_str().unwrap_or_default();
    assert!(scope.split(' ').any(|one| one == "profile"), "{told}");
    assert!(told["token_type"].as_str().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer")));
    Ok(())
}

/// §2.2: a refresh token of its own is active too.
#[tokio::test]
async fn rfc7662_2_2_an_active_refresh_token() -> Result<()> {
    let login = Login::new(BASIC, "openid offline_access").await?;
    let first = login.tokens().await?.refresh_token()?;
    assert_eq!(login.party.introspect(&first).await?.granted()?.json()["active"], true);
    let second = login.party.refresh(&first).await?.granted()?.refresh_token()?;
    login.party.refresh(&second).await?.granted()?;
    assert_eq!(login.party.introspect(&second).await?.granted()?.json()["active"], false);
    Ok(())
}

/// §2.2: of an inactive token nothing is told but that.
#[tokio::test]
async fn rfc7662_2_2_an_inactive_token_tells_nothing() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    let access = tokens.access_token()?;
    let cut = access.rfind('.').unwrap_or_default();
    login.party.revoke(&access).await?;
    let forged = format!("{}.{}", &access[..cut], "A".repeat(86));
    for token in ["unknown", "a.b.c", "\u{1f512}", &forged, &access, &tokens.id_token()?] {
        let reply = login.party.introspect(token).await?.granted()?;
        assert_eq!(reply.json(), serde_json::json!({"active": false}), "{token}");
    }
    Ok(())
}

/// §2.1: only authenticated clients may ask.
#[tokio::test]
async fn rfc7662_2_1_the_caller_must_authenticate() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let access = login.tokens().await?.access_token()?;
    let wrong = Authentication::Basic(BASIC.to_owned(), "wrong".to_owned());
    for by in [wrong, Authentication::Absent, Authentication::Public(BASIC.to_owned())] {
        let reply = login.party.post_as("/introspect", &by, &[("token", &access)]).await?;
        assert_token_error(&reply, 401, "invalid_client");
    }
    Ok(())
}

/// §2.1 and §4: a public client has nothing to prove itself with.
#[tokio::test]
async fn rfc7662_4_a_public_client_may_not_ask() -> Result<()> {
    let login = Login::new("conformance-public", "openid").await?;
    let access = login.tokens().await?.access_token()?;
    let reply = login.party.introspect(&access).await?;
    assert!(reply.json()["active"] != true, "{}", reply.body);
    assert!([400, 401, 403].contains(&reply.status), "{}", reply.body);
    Ok(())
}

/// §4: a token for somebody else is not this client's to read.
#[tokio::test]
async fn rfc7662_4_another_clients_token_tells_nothing() -> Result<()> {
    let login = Login::new(BASIC, "openid offline_access").await?;
    let tokens = login.tokens().await?;
    let stranger = party("conformance-post").await?;
    for token in [tokens.access_token()?, tokens.refresh_token()?] {
        let reply = stranger.introspect(&token).await?.granted()?;
        assert_eq!(reply.json(), serde_json::json!({"active": false}));
    }
    Ok(())
}

/// §2.1: `token` is required, and POST is the way.
#[tokio::test]
async fn rfc7662_2_1_token_is_required() -> Result<()> {
    let party = party(BASIC).await?;
    let reply = party.post_as("/introspect", &party.authentication()?, &[]).await?;
    assert_token_error(&reply, 400, "invalid_request");
    assert_eq!(party.get("/introspect?token=x").await?.status, 405);
    Ok(())
}

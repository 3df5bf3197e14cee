//! RFC 6749 §4.4: the client acting as itself.

use anyhow::Result;

use super::{BASIC, assert_token_error, party};

const SERVICE: &str = "conformance-service";

/// §4.4.3: an access token, no refresh token, no ID token.
#[tokio::test]
async fn rfc6749_4_4_3_gives_an_access_token_alone() -> Result<()> {
    let service = party(SERVICE).await?;
    let tokens = service.client_credentials("directory").await?.granted()?;
    assert!(tokens.text("token_type")?.eq_ignore_ascii_case("bearer"));
    assert!(tokens.access_token().is_ok());
    assert!(tokens.json()["refresh_token"].is_null());
    assert!(tokens.json()["id_token"].is_null());
    assert!(tokens.header("cache-control").contains("no-store"));
    Ok(())
}

/// RFC 9068 §2.2: there is no user, so the subject is the client.
#[tokio::test]
async fn rfc9068_2_2_the_subject_is_the_client() -> Result<()> {
    let service = party(SERVICE).await?;
    let token = service.client_credentials("directory").await?.granted()?.access_token()?;
    let claims = conformance_tests::oidc::jwt::peek(&token)?;
    assert_eq!(claims["sub"], SERVICE);
    assert_eq!(claims["client_id"], SERVICE);
    assert_eq!(claims["scope"], "directory");
    Ok(())
}

/// §4.4.2: `scope` is optional.
#[tokio::test]
async fn rfc6749_4_4_2_scope_is_optional() -> Result<()> {
    let service = party(SERVICE).await?;
    let reply = service.token(&[("grant_type", "client_credentials")]).await?;
    assert!(reply.granted()?.access_token().is_ok());
    Ok(())
}

/// §5.2: a scope it is not registered for, or that is about a user, is `invalid_scope`.
#[tokio::test]
async fn rfc6749_5_2_foreign_scopes_are_invalid_scope() -> Result<()> {
    let service = party(SERVICE).await?;
    for scope in ["openid", "directory openid", "everything", "\"quoted\""] {
        let reply = service.client_credentials(scope).await?;
        assert_token_error(&reply, 400, "invalid_scope");
    }
    Ok(())
}

/// §5.2: a client that is not registered for this grant is `unauthorized_client`.
#[tokio::test]
async fn rfc6749_5_2_other_clients_are_unauthorized() -> Result<()> {
    let reply = party(BASIC).await?.client_credentials("profile").await?;
    assert_token_error(&reply, 400, "unauthorized_client");
    Ok(())
}

/// §4.4: confidential clients only.
#[tokio::test]
async fn rfc6749_4_4_a_public_client_may_not() -> Result<()> {
    let reply = party("conformance-public").await?.client_credentials("profile").await?;
    assert!(["unauthorized_client", "invalid_client"].contains(&reply.error().as_str()), "{}", reply.body);
    Ok(())
}

/// A client of this grant alone has no login to send anyone to.
#[tokio::test]
async fn rfc6749_4_1_2_1_a_service_cannot_authorize_users() -> Result<()> {
    let mut service = party(SERVICE).await?;
    service.client.redirect_uris = vec!["http://localhost:9999/callback".to_owned()];
    super::assert_error_page(&service.authorization()).await
}

//! RFC 7009: token revocation.

use anyhow::Result;
use conformance_tests::oidc::Authentication;

use super::{BASIC, Login, assert_token_error, party};

const OFFLINE: &str = "openid offline_access";

/// §2.1: a revoked refresh token is spent, and the access tokens of its grant with it.
#[tokio::test]
async fn rfc7009_2_1_a_refresh_token_takes_its_grant_with_it() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let tokens = login.tokens().await?;
    let reply = login.party.revoke(&tokens.refresh_token()?).await?;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let refused = login.party.refresh(&tokens.refresh_token()?).await?;
    assert_token_error(&refused, 400, "invalid_grant");
    assert_eq!(login.party.introspect(&tokens.access_token()?).await?.json()["active"], false);
    assert_eq!(login.party.userinfo(&tokens.access_token()?).await?.status, 401);
    Ok(())
}

/// §2.1: a revoked access token is no pass any more.
#[tokio::test]
async fn rfc7009_2_1_an_access_token_can_be_revoked() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let access = login.tokens().await?.access_token()?;
    assert_eq!(login.party.userinfo(&access).await?.status, 200);
    assert_eq!(login.party.revoke(&access).await?.status, 200);
    assert_eq!(login.party.introspect(&access).await?.json()["active"], false);
    assert_eq!(login.party.userinfo(&access).await?.status, 401);
    Ok(())
}

/// §2.1: `token_type_hint` is a hint, and a wrong one changes nothing.
#[tokio::test]
async fn rfc7009_2_1_a_wrong_hint_changes_nothing() -> Result<()> {
    for hint in ["access_token", "refresh_token", "something_else"] {
        let login = Login::new(BASIC, OFFLINE).await?;
        let refresh = login.tokens().await?.refresh_token()?;
        let parameters = [("token", refresh.as_str()), ("token_type_hint", hint)];
        let by = login.party.authentication()?;
        assert_eq!(login.party.post_as("/revoke", &by, &parameters).await?.status, 200);
        assert_token_error(&login.party.refresh(&refresh).await?, 400, "invalid_grant");
    }
    Ok(())
}

/// §2.2: an unknown token is already revoked.
#[tokio::test]
async fn rfc7009_2_2_an_unknown_token_is_200() -> Result<()> {
    let party = party(BASIC).await?;
    for token in ["unknown", "a.b.c", "\u{1f512}"] {
        assert_eq!(party.revoke(token).await?.status, 200);
    }
    Ok(())
}

/// §2.2: doing it twice is as good as once.
#[tokio::test]
async fn rfc7009_2_2_twice_is_200() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    assert_eq!(login.party.revoke(&refresh).await?.status, 200);
    assert_eq!(login.party.revoke(&refresh).await?.status, 200);
    Ok(())
}

/// §2.1: another client's token is not this client's to revoke.
#[tokio::test]
async fn rfc7009_2_1_another_clients_token_stays() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let tokens = login.tokens().await?;
    let stranger = party("conformance-post").await?;
    stranger.revoke(&tokens.refresh_token()?).await?;
    stranger.revoke(&tokens.access_token()?).await?;
    assert_eq!(login.party.introspect(&tokens.access_token()?).await?.json()["active"], true);
    login.party.refresh(&tokens.refresh_token()?).await?.granted()?;
    Ok(())
}

/// §2.1: the client authenticates first.
#[tokio::test]
async fn rfc7009_2_1_the_client_must_authenticate() -> Result<()> {
    let party = party(BASIC).await?;
    let wrong = Authentication::Basic(BASIC.to_owned(), "wrong".to_owned());
    for by in [wrong, Authentication::Absent] {
        let reply = party.post_as("/revoke", &by, &[("token", "unknown")]).await?;
        assert_token_error(&reply, 401, "invalid_client");
    }
    Ok(())
}

/// §2.1: a public client revokes its own by naming itself.
#[tokio::test]
async fn rfc7009_2_1_a_public_client_revokes_its_own() -> Result<()> {
    let login = Login::new("conformance-public", OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    assert_eq!(login.party.revoke(&refresh).await?.status, 200);
    assert_token_error(&login.party.refresh(&refresh).await?, 400, "invalid_grant");
    Ok(())
}

/// §2.2.1: without `token` there is nothing to do.
#[tokio::test]
async fn rfc7009_2_2_1_token_is_required() -> Result<()> {
    let party = party(BASIC).await?;
    let reply = party.post_as("/revoke", &party.authentication()?, &[]).await?;
    assert_token_error(&reply, 400, "invalid_request");
    assert_eq!(party.get("/revoke?token=x").await?.status, 405);
    Ok(())
}

//! RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §11 (`offline_access`) and §12.

use anyhow::Result;

use super::{BASIC, Login, assert_token_error, party};

const OFFLINE: &str = "openid profile offline_access";

/// §6: new tokens, and a new refresh token in place of the old one.
#[tokio::test]
async fn rfc6749_6_rotates() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let first = login.tokens().await?;
    let second = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    assert_ne!(first.access_token()?, second.access_token()?);
    assert_ne!(first.refresh_token()?, second.refresh_token()?);
    assert!(second.header("cache-control").contains("no-store"));
    assert_eq!(login.party.userinfo(&second.access_token()?).await?.status, 200);
    let third = login.party.refresh(&second.refresh_token()?).await?;
    assert_eq!(third.status, 200, "{}", third.body);
    Ok(())
}

/// Core §12.2: the new ID token is about the same login of the same user, without a new nonce.
#[tokio::test]
async fn core_12_2_the_new_id_token_tells_of_the_same_login() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let first = login.tokens().await?;
    let second = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    let before = login.party.verify_id_token(&first.id_token()?).await?;
    let after = login.party.verify_id_token(&second.id_token()?).await?;
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before.claims[claim], after.claims[claim], "{claim}");
    }
    assert!(after.number("iat") >= before.number("iat"));
    Ok(())
}

/// Core §11: without `offline_access` a refresh token, where one is given, ends with the session of its user.
#[tokio::test]
async fn core_11_without_offline_access_refreshing_ends_with_the_session() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    if let Ok(refresh) = login.tokens().await?.refresh_token() {
        let fresh = login.party.refresh(&refresh).await?.granted()?.refresh_token()?;
        sign_out(&mut login).await?;
        assert_token_error(&login.party.refresh(&fresh).await?, 400, "invalid_grant");
    }
    Ok(())
}

/// Core §11: with `offline_access` it serves when the user is not there.
#[tokio::test]
async fn core_11_offline_access_outlives_the_session() -> Result<()> {
    let mut login = Login::new(BASIC, OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    sign_out(&mut login).await?;
    login.party.refresh(&refresh).await?.granted()?;
    Ok(())
}

async fn sign_out(login: &mut Login) -> Result<()> {
    login.browser.open("/end_session").await?;
    login.browser.fill_and_submit("sign-out", &[]).await?;
    assert_eq!(login.browser.step().as_deref(), Some("signed-out"));
    Ok(())
}

/// §6: fewer scopes may be asked for, and the access token then has only those.
#[tokio::test]
async fn rfc6749_6_scope_may_narrow() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    let reply = login
        .party
        .token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh), ("scope", "openid")])
        .await?
        .granted()?;
    let told = login.party.userinfo(&reply.access_token()?).await?.granted()?.json();
    assert!(told["name"].is_null(), "{told}");
    Ok(())
}

/// §6: never more scopes than were granted.
#[tokio::test]
async fn rfc6749_6_scope_may_not_widen() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    let wider = [("grant_type", "refresh_token"), ("refresh_token", &*refresh), ("scope", "openid email")];
    assert_token_error(&login.party.token(&wider).await?, 400, "invalid_scope");
    Ok(())
}

/// §6: a refresh token belongs to the client it was issued to.
#[tokio::test]
async fn rfc6749_6_another_clients_refresh_token_is_invalid_grant() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let refresh = login.tokens().await?.refresh_token()?;
    let thief = party("conformance-post").await?;
    assert_token_error(&thief.refresh(&refresh).await?, 400, "invalid_grant");
    Ok(())
}

/// §5.2: unknown, cut, or a token of another kind.
#[tokio::test]
async fn rfc6749_5_2_an_unknown_refresh_token_is_invalid_grant() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let tokens = login.tokens().await?;
    let refresh = tokens.refresh_token()?;
    for wrong in ["x", &refresh[1..], &tokens.access_token()?, &tokens.id_token()?] {
        assert_token_error(&login.party.refresh(wrong).await?, 400, "invalid_grant");
    }
    let missing = login.party.token(&[("grant_type", "refresh_token")]).await?;
    assert_token_error(&missing, 400, "invalid_request");
    Ok(())
}

/// A retry after a lost response: the same client, at once, and the successor never used. It is answered.
#[tokio::test]
async fn rfc9700_4_14_a_retry_after_a_lost_response_is_no_theft() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let first = login.tokens().await?.refresh_token()?;
    login.party.refresh(&first).await?.granted()?;
    let retried = login.party.refresh(&first).await?.granted()?;
    let next = login.party.refresh(&retried.refresh_token()?).await?;
    assert_eq!(next.status, 200, "{}", next.body);
    Ok(())
}

/// RFC 9700 §4.14.2: reuse once the successor was used is theft: the whole family ends, access tokens too.
#[tokio::test]
async fn rfc9700_4_14_2_reuse_revokes_the_whole_family() -> Result<()> {
    let login = Login::new(BASIC, OFFLINE).await?;
    let first = login.tokens().await?.refresh_token()?;
    let second = login.party.refresh(&first).await?.granted()?;
    let third = login.party.refresh(&second.refresh_token()?).await?.granted()?;
    assert_token_error(&login.party.refresh(&first).await?, 400, "invalid_grant");
    let newest = login.party.refresh(&third.refresh_token()?).await?;
    assert_token_error(&newest, 400, "invalid_grant");
    let access = third.access_token()?;
    assert_eq!(login.party.introspect(&access).await?.json()["active"], false);
    assert_eq!(login.party.userinfo(&access).await?.status, 401);
    Ok(())
}

/// A public client's refresh tokens rotate as well (RFC 9700 §2.2.2), and its reuse is theft as well.
#[tokio::test]
async fn rfc9700_2_2_2_public_clients_rotate() -> Result<()> {
    let login = Login::new("conformance-public", OFFLINE).await?;
    let first = login.tokens().await?.refresh_token()?;
    let second = login.party.refresh(&first).await?.granted()?.refresh_token()?;
    assert_ne!(first, second);
    login.party.refresh(&second).await?.granted()?;
    assert_token_error(&login.party.refresh(&first).await?, 400, "invalid_grant");
    Ok(())
}

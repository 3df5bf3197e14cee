//! OpenID Connect Core §5.3 (userinfo) and RFC 6750 (bearer tokens).

use anyhow::Result;
use conformance_tests::Reply;

use super::{BASIC, Login, party};

/// §5.3.2: JSON, with the `sub` of the ID token.
#[tokio::test]
async fn core_5_3_2_sub_is_that_of_the_id_token() -> Result<()> {
    let login = Login::new(BASIC, "openid profile").await?;
    let tokens = login.tokens().await?;
    let identity = login.party.verify_id_token(&tokens.id_token()?).await?;
    let reply = login.party.userinfo(&tokens.access_token()?).await?.granted()?;
    assert!(reply.header("content-type").starts_with("application/json"));
    assert!(reply.header("cache-control").contains("no-store"));
    assert_eq!(reply.text("sub")?, identity.text("sub"));
    Ok(())
}

/// §5.3.1: POST is taken with the token in the header, or in the form (RFC 6750 §2.2).
#[tokio::test]
async fn core_5_3_1_takes_post() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.tokens().await?.access_token()?;
    let url = login.party.endpoint("/userinfo");
    let by_header = login.party.http.post(&url).bearer_auth(&token).send().await?;
    let by_header = Reply::read(by_header).await?.granted()?;
    let by_form = login.party.http.post(&url).form(&[("access_token", &token)]).send().await?;
    let by_form = Reply::read(by_form).await?.granted()?;
    assert_eq!(by_header.json()["sub"], by_form.json()["sub"]);
    Ok(())
}

/// RFC 9110 §11.1: the scheme's name is read in any case.
#[tokio::test]
async fn rfc6750_2_1_the_scheme_is_case_insensitive() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.tokens().await?.access_token()?;
    let request = login.party.http.get(login.party.endpoint("/userinfo"));
    let reply = Reply::read(request.header("authorization", format!("bEaReR {token}")).send().await?).await?;
    assert_eq!(reply.status, 200, "{}", reply.body);
    Ok(())
}

/// RFC 6750 §2: one way at a time.
#[tokio::test]
async fn rfc6750_2_the_token_comes_by_one_way_only() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.tokens().await?.access_token()?;
    let request = login.party.http.post(login.party.endpoint("/userinfo")).bearer_auth(&token);
    let reply = Reply::read(request.form(&[("access_token", &token)]).send().await?).await?;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(reply.header("www-authenticate").contains("invalid_request"));
    Ok(())
}

/// RFC 6750 §2.3 and RFC 9700 §4.3.2: never in the address.
#[tokio::test]
async fn rfc6750_2_3_the_token_is_not_taken_from_the_query() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let token = login.tokens().await?.access_token()?;
    let reply = login.party.get(&format!("/userinfo?access_token={token}")).await?;
    assert_eq!(reply.status, 401);
    Ok(())
}

/// RFC 6750 §3.1: without a token, 401 and a challenge that names no error.
#[tokio::test]
async fn rfc6750_3_1_without_token_a_bare_challenge() -> Result<()> {
    let reply = party(BASIC).await?.get("/userinfo").await?;
    assert_eq!(reply.status, 401);
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer"), "{challenge:?}");
    assert!(!challenge.contains("error"), "{challenge:?}");
    Ok(())
}

/// RFC 6750 §3.1: with a wrong token, 401 and `invalid_token`.
#[tokio::test]
async fn rfc6750_3_1_a_wrong_token_is_invalid_token() -> Result<()> {
    let login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    let good = tokens.access_token()?;
    let cut = good.rfind('.').unwrap_or_default();
    let wrong = ["nonsense".to_owned(), format!("{}.{}", &good[..cut], "A".repeat(86)), tokens.id_token()?];
    for token in wrong {
        let reply = login.party.userinfo(&token).await?;
        assert_eq!(reply.status, 401, "{}", reply.body);
        assert!(reply.header("www-authenticate").contains("invalid_token"));
    }
    Ok(())
}

/// §5.3: a token without `openid` is no pass to userinfo.
#[tokio::test]
async fn core_5_3_needs_the_scope_openid() -> Result<()> {
    let login = Login::new(BASIC, "profile").await?;
    let reply = login.party.userinfo(&login.tokens().await?.access_token()?).await?;
    assert_eq!(reply.status, 403, "{}", reply.body);
    assert!(reply.header("www-authenticate").contains("insufficient_scope"));
    Ok(())
}

/// A client acting as itself is no end-user.
#[tokio::test]
async fn core_5_3_a_clients_own_token_has_no_user() -> Result<()> {
    let service = party("conformance-service").await?;
    let token = service.client_credentials("directory").await?.granted()?.access_token()?;
    let reply = service.userinfo(&token).await?;
    assert!([401, 403].contains(&reply.status), "{}: {}", reply.status, reply.body);
    Ok(())
}

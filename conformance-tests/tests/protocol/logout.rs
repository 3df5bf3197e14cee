//! OpenID Connect RP-Initiated Logout 1.0.

use anyhow::Result;
use conformance_tests::{Page, shared};
use url::Url;

use super::{BASIC, Login};

impl Login {
    async fn end_session(&mut self, parameters: &[(&str, &str)]) -> Result<&Page> {
        let url = Url::parse_with_params(&self.party.endpoint("/end_session"), parameters)?;
        self.browser.open(url.as_str()).await
    }

    async fn is_logged_in(&mut self) -> Result<bool> {
        let request = self.party.authorization().with("prompt", "none");
        Ok(self.again(&request).await?.get("code").is_some())
    }
}

/// The conformance clients may send a logout where they may send a login.
fn post_logout(login: &Login) -> String {
    login.party.client.redirect_uris.first().cloned().unwrap_or_default()
}

/// §2: with a hint and a registered address, the user is logged out and sent back with `state`.
#[tokio::test]
async fn logout_2_with_hint_sends_back_with_state() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    assert!(login.is_logged_in().await?);
    let back = post_logout(&login);
    let page = login
        .end_session(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &back), ("state", "s p&=")])
        .await?;
    let left = page.left.clone().expect("sent back");
    assert!(left.as_str().starts_with(&back), "{left}");
    assert_eq!(page.callback()?.require("state")?, "s p&=");
    assert!(!login.is_logged_in().await?);
    Ok(())
}

/// §2: without a hint anyone could have sent the user here, so the user is asked, and nobody is redirected.
#[tokio::test]
async fn logout_2_without_hint_asks_the_user() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let page = login.end_session(&[]).await?;
    assert_eq!(page.step().as_deref(), Some("confirm-sign-out"), "{}", page.body);
    assert!(login.is_logged_in().await?, "logged out by a bare GET");
    login.end_session(&[]).await?;
    let page = login.browser.fill_and_submit("sign-out", &[]).await?;
    assert_eq!((page.step().as_deref(), page.left.as_ref()), (Some("signed-out"), None));
    assert!(!login.is_logged_in().await?);
    Ok(())
}

/// §3: an address that is not registered is never gone to, hint or not.
#[tokio::test]
async fn logout_3_unregistered_addresses_are_not_gone_to() -> Result<()> {
    for evil in ["https://evil.example/", "http://localhost:9999/elsewhere", "javascript:alert(1)"] {
        let mut login = Login::new(BASIC, "openid").await?;
        let hint = login.tokens().await?.id_token()?;
        let page = login.end_session(&[("id_token_hint", &hint), ("post_logout_redirect_uri", evil)]).await?;
        assert_eq!(page.left, None);
        assert!(!page.body.contains("href=\"https://evil.example"));
    }
    Ok(())
}

/// §2: an expired hint still tells which session is meant.
#[tokio::test]
async fn logout_2_an_old_hint_of_this_session_is_accepted() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    let newer = login.party.authorization();
    login.tokens_again(&newer).await?;
    let back = post_logout(&login);
    let page = login.end_session(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &back)]).await?;
    assert!(page.left.is_some(), "{}", page.body);
    Ok(())
}

/// §2: a hint about another user does not log this one out unasked.
#[tokio::test]
async fn logout_2_a_hint_of_another_user_ends_nothing_unasked() -> Result<()> {
    let foreign = Login::new(BASIC, "openid").await?.tokens().await?.id_token()?;
    let mut login = Login::new(BASIC, "openid").await?;
    login.end_session(&[("id_token_hint", &foreign)]).await?;
    assert!(login.is_logged_in().await?);
    Ok(())
}

/// §2: a hint that this issuer did not sign is no hint.
#[tokio::test]
async fn logout_2_a_forged_hint_is_no_hint() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    let cut = hint.rfind('.').unwrap_or_default();
    let back = post_logout(&login);
    for forged in [format!("{}.AAAA", &hint[..cut]), "nonsense".to_owned()] {
        let page =
            login.end_session(&[("id_token_hint", &forged), ("post_logout_redirect_uri", &back)]).await?;
        assert_eq!(page.left, None);
        assert!(login.is_logged_in().await?);
    }
    Ok(())
}

/// §2: a `client_id` that contradicts the hint is an error.
#[tokio::test]
async fn logout_2_client_id_must_agree_with_the_hint() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    let back = post_logout(&login);
    let page = login
        .end_session(&[
            ("id_token_hint", &hint),
            ("client_id", "conformance-post"),
            ("post_logout_redirect_uri", &back),
        ])
        .await?;
    assert_eq!(page.left, None, "{:?}", page.left);
    assert!(login.is_logged_in().await?);
    Ok(())
}

/// §2: GET and POST.
#[tokio::test]
async fn logout_2_takes_post() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    let back = post_logout(&login);
    let form = conformance_tests::Form {
        action: Url::parse(&login.party.endpoint("/end_session"))?,
        post: true,
        fields: vec![
            ("id_token_hint".to_owned(), hint),
            ("post_logout_redirect_uri".to_owned(), back.clone()),
        ],
    };
    let page = login.browser.submit(form).await?;
    let left = page.left.clone().expect("sent back");
    assert!(left.as_str().starts_with(&back), "{left}");
    assert!(!login.is_logged_in().await?);
    Ok(())
}

/// Nobody logged in: the page says so, and nothing breaks.
#[tokio::test]
async fn logout_2_without_a_session_is_harmless() -> Result<()> {
    let mut browser = shared().await?.browser()?;
    let page = browser.open("/end_session").await?;
    assert!(page.status < 500, "{}", page.status);
    let steps = ["signed-out", "confirm-sign-out"];
    assert!(page.step().is_some_and(|step| steps.contains(&step.as_str())), "{}", page.body);
    Ok(())
}

/// Tokens of a session end with it, where they are introspected.
#[tokio::test]
async fn logout_ends_the_sessions_tokens() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let tokens = login.tokens().await?;
    let (hint, access) = (tokens.id_token()?, tokens.access_token()?);
    let back = post_logout(&login);
    login.end_session(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &back)]).await?;
    assert_eq!(login.party.introspect(&access).await?.json()["active"], false);
    Ok(())
}

//! OpenID Connect Core §3.1.2.1: `prompt` and `max_age`.

use std::time::Duration;

use anyhow::Result;
use conformance_tests::{ambient, shared};

use super::{BASIC, Login, assert_refusal, assert_refused, party};

/// `prompt=none` without a session: `login_required`, and no page.
#[tokio::test]
async fn core_3_1_2_1_prompt_none_without_session_is_login_required() -> Result<()> {
    let request = party(BASIC).await?.authorization().with("prompt", "none");
    assert_refused(&request, "login_required").await
}

/// `prompt=none` with a session: a code, and no page.
#[tokio::test]
async fn core_3_1_2_1_prompt_none_with_session_gives_a_code() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let first = login.tokens().await?.id_token()?;
    let first = login.party.verify_id_token(&first).await?;
    let request = login.party.authorization().with("prompt", "none");
    let second = login.tokens_again(&request).await?.id_token()?;
    let second = login.party.verify_id_token(&second).await?;
    assert_eq!(first.text("sub"), second.text("sub"));
    assert_eq!(first.number("auth_time"), second.number("auth_time"));
    assert_eq!(second.text("nonce"), request.get("nonce"));
    Ok(())
}

/// `prompt=none` where the user has not consented yet: `consent_required`.
#[tokio::test]
async fn core_3_1_2_6_prompt_none_without_consent_is_consent_required() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let other = party("conformance-post").await?;
    let request = other.authorization().with("prompt", "none");
    let answer = login.again(&request).await?;
    assert_refusal(&answer, &request, "consent_required");
    Ok(())
}

/// `none` stands alone.
#[tokio::test]
async fn core_3_1_2_1_prompt_none_with_another_value_is_invalid() -> Result<()> {
    for prompt in ["none login", "login none", "consent none select_account"] {
        let request = party(BASIC).await?.authorization().with("prompt", prompt);
        assert_refused(&request, "invalid_request").await?;
    }
    Ok(())
}

/// Values that mean nothing are an error, not a guess.
#[tokio::test]
async fn core_3_1_2_1_unknown_prompt_is_invalid() -> Result<()> {
    for prompt in ["create", "NONE", "login;consent"] {
        let request = party(BASIC).await?.authorization().with("prompt", prompt);
        assert_refused(&request, "invalid_request").await?;
    }
    Ok(())
}

/// `prompt=login` asks again although there is a session, and the new authentication is in `auth_time`.
#[tokio::test]
async fn core_3_1_2_1_prompt_login_authenticates_again() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let first = login.tokens().await?.id_token()?;
    let first = login.party.verify_id_token(&first).await?;
    tokio::time::sleep(Duration::from_millis(1100)).await;

    let asked = ambient::now();
    let request = login.party.authorization().with("prompt", "login");
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.left, None);
    assert!(page.step().is_some_and(|step| step != "error"), "{}", page.body);
    let answer = login.browser.log_in(&login.user).await?;
    let second = login.party.exchange(&request, answer.require("code")?).await?.id_token()?;
    let second = login.party.verify_id_token(&second).await?;
    assert_eq!(first.text("sub"), second.text("sub"));
    assert!(second.number("auth_time") >= asked);
    assert!(second.number("auth_time") > first.number("auth_time"));
    Ok(())
}

/// `prompt=login` is not met by opening the resume address with the old session.
#[tokio::test]
async fn core_3_1_2_1_prompt_login_cannot_be_skipped() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("prompt", "login");
    let page = login.browser.open(request.url()?.as_str()).await?;
    let sealed = page.url.query_pairs().find(|(name, _)| name == "i");
    let sealed = sealed.map(|(_, value)| value.into_owned()).expect("the sealed interaction");
    let resume = login.party.endpoint(&format!("/authorize/resume?i={sealed}"));
    let page = login.browser.open(&resume).await?;
    assert_eq!(page.left, None, "a code without the login that was asked for");
    Ok(())
}

/// `prompt=consent` asks again although consent was given.
#[tokio::test]
async fn core_3_1_2_1_prompt_consent_asks_again() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("prompt", "consent");
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.step().as_deref(), Some("consent"), "{}", page.body);
    let page = login.browser.fill_and_submit("allow", &[]).await?;
    assert!(page.callback()?.get("code").is_some());
    Ok(())
}

/// `prompt=select_account` gives the user the choice to be somebody else.
#[tokio::test]
async fn core_3_1_2_1_select_account_lets_another_user_log_in() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let first = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    let other = login.demo.draw_user()?;
    let request = login.party.authorization().with("prompt", "select_account");
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.left, None, "no choice was given");
    let answer = login.browser.log_in(&other).await?;
    let second = login.party.exchange(&request, answer.require("code")?).await?.id_token()?;
    let second = login.party.verify_id_token(&second).await?;
    assert_ne!(first.text("sub"), second.text("sub"));
    Ok(())
}

/// `max_age` long past: the user logs in again, and `auth_time` says so.
#[tokio::test]
async fn core_3_1_2_1_max_age_asks_again_when_too_old() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let silent = login.party.authorization().with("max_age", "1").with("prompt", "none");
    let answer = login.again(&silent).await?;
    assert_refusal(&answer, &silent, "login_required");

    let asked = ambient::now();
    let request = login.party.authorization().with("max_age", "1");
    assert_eq!(login.browser.open(request.url()?.as_str()).await?.left, None);
    let answer = login.browser.log_in(&login.user).await?;
    let token = login.party.exchange(&request, answer.require("code")?).await?.id_token()?;
    let token = login.party.verify_id_token(&token).await?;
    assert!(token.number("auth_time") >= asked);
    Ok(())
}

/// `max_age` not yet reached: no page, and `auth_time` is in the ID token.
#[tokio::test]
async fn core_3_1_2_1_max_age_is_met_by_a_fresh_session() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization().with("max_age", "3600");
    let token = login.tokens_again(&request).await?.id_token()?;
    let token = login.party.verify_id_token(&token).await?;
    assert!(ambient::now() - token.number("auth_time") < 3600);
    Ok(())
}

/// `max_age=0` is the same as `prompt=login`.
#[tokio::test]
async fn core_3_1_2_1_max_age_zero_always_asks() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let request = login.party.authorization().with("max_age", "0");
    assert_eq!(login.browser.open(request.url()?.as_str()).await?.left, None);
    assert!(login.browser.log_in(&login.user).await?.get("code").is_some());
    Ok(())
}

/// `max_age` is a whole number of seconds.
#[tokio::test]
async fn core_3_1_2_1_malformed_max_age_is_invalid() -> Result<()> {
    for max_age in ["-1", "+1", "soon", "1.5", "1 2"] {
        let request = party(BASIC).await?.authorization().with("max_age", max_age);
        assert_refused(&request, "invalid_request").await?;
    }
    Ok(())
}

/// Without `prompt`, a session is enough, in this browser and no other.
#[tokio::test]
async fn core_3_1_2_3_a_session_belongs_to_one_browser() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let request = login.party.authorization();
    assert!(login.again(&request).await?.get("code").is_some());
    let mut stranger = shared().await?.browser()?;
    let page = stranger.open(request.url()?.as_str()).await?;
    assert_eq!(page.left, None);
    Ok(())
}

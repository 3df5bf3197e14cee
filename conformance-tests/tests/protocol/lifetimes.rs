//! What has a lifetime ends with it: codes, tokens, sessions, on a demo of its own whose lifetimes are seconds.

use std::time::Duration;

use anyhow::Result;
use conformance_tests::{Demo, Options};
use tokio::sync::OnceCell;
use tokio::time::sleep;
use url::Url;

use super::{BASIC, Login, assert_refusal, assert_token_error};

const LIFETIMES: [(&str, &str); 7] = [
    ("TOKEN__CODE_SECONDS", "4"),
    ("TOKEN__ACCESS_SECONDS", "4"),
    ("TOKEN__ID_SECONDS", "2"),
    ("TOKEN__REFRESH_IDLE_SECONDS", "4"),
    ("TOKEN__REFRESH_RETRY_SECONDS", "1"),
    ("SESSION__IDLE_SECONDS", "6"),
    ("SESSION__ABSOLUTE_SECONDS", "12"),
];

async fn hurried() -> Result<&'static Demo> {
    static HURRIED: OnceCell<Demo> = OnceCell::const_new();
    HURRIED
        .get_or_try_init(|| {
            let options = Options::default()
                .seed_users(20)
                .environment("COUNTERSIGN_POLICY__SESSION__TOUCH_SECONDS", "1");
            let options = LIFETIMES.into_iter().fold(options, |options, (name, value)| {
                options.environment(&format!("COUNTERSIGN_POLICY__{name}"), value)
            });
            Demo::start(options)
        })
        .await
}

async fn login(scope: &str) -> Result<Login> {
    let demo = hurried().await?;
    let party = demo.relying_party(BASIC)?;
    let request = party.authorization().scope(scope);
    Login::at(demo, demo.draw_user()?, party, request).await
}

/// RFC 6749 §4.1.2: a code expires shortly after it is issued.
#[tokio::test]
async fn rfc6749_4_1_2_a_code_expires() -> Result<()> {
    let login = login("openid").await?;
    sleep(Duration::from_secs(5)).await;
    let reply = login.party.exchange(&login.request, login.code()?).await?;
    assert_token_error(&reply, 400, "invalid_grant");
    Ok(())
}

/// RFC 6749 §4.2.2 and RFC 7662 §2.2: an access token ends when it said.
#[tokio::test]
async fn rfc7662_2_2_an_expired_access_token_is_inactive() -> Result<()> {
    let login = login("openid").await?;
    let tokens = login.tokens().await?;
    assert_eq!(tokens.json()["expires_in"], 4);
    let access = tokens.access_token()?;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(login.party.introspect(&access).await?.json(), serde_json::json!({"active": false}));
    assert_eq!(login.party.userinfo(&access).await?.status, 401);
    Ok(())
}

/// RFC 6749 §6: a refresh token that nobody uses ends.
#[tokio::test]
async fn rfc6749_6_an_unused_refresh_token_expires() -> Result<()> {
    let login = login("openid offline_access").await?;
    let refresh = login.tokens().await?.refresh_token()?;
    sleep(Duration::from_secs(5)).await;
    assert_token_error(&login.party.refresh(&refresh).await?, 400, "invalid_grant");
    Ok(())
}

/// RFC 9700 §4.14.2: after the time for retries, reuse is theft even though the successor was never used.
#[tokio::test]
async fn rfc9700_4_14_2_a_late_retry_is_theft() -> Result<()> {
    let login = login("openid offline_access").await?;
    let first = login.tokens().await?.refresh_token()?;
    let second = login.party.refresh(&first).await?.granted()?.refresh_token()?;
    sleep(Duration::from_secs(2)).await;
    assert_token_error(&login.party.refresh(&first).await?, 400, "invalid_grant");
    assert_token_error(&login.party.refresh(&second).await?, 400, "invalid_grant");
    Ok(())
}

/// RP-Initiated Logout §2: an expired ID token is still a hint; so at `/authorize` (Core §3.1.2.1).
#[tokio::test]
async fn logout_2_an_expired_hint_is_accepted() -> Result<()> {
    let mut login = login("openid").await?;
    let hint = login.tokens().await?.id_token()?;
    sleep(Duration::from_secs(3)).await;
    let silent = login.party.authorization().with("prompt", "none").with("id_token_hint", &hint);
    assert!(login.again(&silent).await?.get("code").is_some());
    let back = login.request.get("redirect_uri").to_owned();
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &back)];
    let url = Url::parse_with_params(&login.party.endpoint("/end_session"), parameters)?;
    let page = login.browser.open(url.as_str()).await?;
    assert!(page.left.is_some(), "{}", page.body);
    Ok(())
}

/// A session that nobody uses ends.
#[tokio::test]
async fn session_ends_when_idle() -> Result<()> {
    let mut login = login("openid").await?;
    let silent = login.party.authorization().with("prompt", "none");
    assert!(login.again(&silent).await?.get("code").is_some());
    sleep(Duration::from_secs(7)).await;
    let answer = login.again(&silent).await?;
    assert_refusal(&answer, &silent, "login_required");
    Ok(())
}

/// A session in use slides past its idle limit, and ends at its absolute one all the same.
#[tokio::test]
async fn session_slides_and_ends_absolutely() -> Result<()> {
    let mut login = login("openid").await?;
    let silent = login.party.authorization().with("prompt", "none");
    for _ in 0..3 {
        sleep(Duration::from_secs(3)).await;
        let answer = login.again(&silent).await?;
        assert!(answer.get("code").is_some(), "{answer:?}");
    }
    sleep(Duration::from_secs(4)).await;
    let answer = login.again(&silent).await?;
    assert_refusal(&answer, &silent, "login_required");
    Ok(())
}

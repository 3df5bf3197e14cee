//! OpenID Connect Core §3.1.2.4: the end-user's consent.

use anyhow::Result;
use conformance_tests::{Browser, User, shared};

use super::{BASIC, assert_refusal, party};

/// Walks up to the consent page and stops there.
async fn to_consent(browser: &mut Browser, user: &User) -> Result<()> {
    for _ in 0..6 {
        match browser.step().as_deref() {
            Some("choose-method") => browser.fill_and_submit("otp", &[]).await?,
            Some("password") => {
                let fields = [("user_id", user.user_id.as_str()), ("password", user.password()?)];
                browser.fill_and_submit("log-in", &fields).await?
            }
            Some("otp") => {
                let code = user.totp_code().await?;
                browser.fill_and_submit("submit", &[("otp", &code)]).await?
            }
            _ => break,
        };
    }
    assert_eq!(browser.step().as_deref(), Some("consent"), "{:?}", browser.error_code());
    Ok(())
}

/// A third party's client is asked for once, by name, and not again for the same scopes.
#[tokio::test]
async fn core_3_1_2_4_a_third_party_is_consented_to_once() -> Result<()> {
    let demo = shared().await?;
    let party = party(BASIC).await?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    browser.open(party.authorization().url()?.as_str()).await?;
    to_consent(&mut browser, &user).await?;
    let page = browser.fill_and_submit("allow", &[]).await?;
    assert!(page.callback()?.get("code").is_some());
    let page = browser.open(party.authorization().url()?.as_str()).await?;
    assert!(page.callback()?.get("code").is_some());
    Ok(())
}

/// More scopes than were consented to are asked for again.
#[tokio::test]
async fn core_3_1_2_4_more_scopes_are_asked_for_again() -> Result<()> {
    let demo = shared().await?;
    let party = party(BASIC).await?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    browser.authorize(&party.authorization(), &user).await?;
    let request = party.authorization().scope("openid email");
    let page = browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.step().as_deref(), Some("consent"));
    Ok(())
}

/// RFC 6749 §4.1.2.1: a user who says no sends `access_denied`, and is not remembered as having said yes.
#[tokio::test]
async fn rfc6749_4_1_2_1_denial_is_access_denied() -> Result<()> {
    let demo = shared().await?;
    let party = party(BASIC).await?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    let request = party.authorization();
    browser.open(request.url()?.as_str()).await?;
    to_consent(&mut browser, &user).await?;
    let answer = browser.fill_and_submit("deny", &[]).await?.callback()?;
    assert_refusal(&answer, &request, "access_denied");
    let page = browser.open(party.authorization().url()?.as_str()).await?;
    assert_eq!(page.step().as_deref(), Some("consent"));
    Ok(())
}

/// The applications of the house need none.
#[tokio::test]
async fn core_3_1_2_4_first_party_applications_need_none() -> Result<()> {
    let demo = shared().await?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    browser.open(&demo.addresses().ccms).await?;
    for _ in 0..6 {
        let step = browser.step();
        assert_ne!(step.as_deref(), Some("consent"));
        match step.as_deref() {
            Some("choose-method") => browser.fill_and_submit("otp", &[]).await?,
            Some("password") => {
                let fields = [("user_id", user.user_id.as_str()), ("password", user.password()?)];
                browser.fill_and_submit("log-in", &fields).await?
            }
            Some("otp") => {
                let code = user.totp_code().await?;
                browser.fill_and_submit("submit", &[("otp", &code)]).await?
            }
            _ => break,
        };
    }
    let arrived = browser.page()?;
    assert!(arrived.url.as_str().starts_with(&demo.addresses().ccms), "{}", arrived.url);
    assert_eq!(arrived.status, 200);
    Ok(())
}

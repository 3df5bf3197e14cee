//! OpenID Connect Back-Channel Logout 1.0, end to end: the demo's own applications hear of it, and their sessions end.

use std::time::Duration;

use anyhow::{Result, bail};
use conformance_tests::oidc::{Assertion, authentication::key};
use conformance_tests::{Browser, Demo, Reply, User, ambient, shared};
use serde_json::json;
use url::Url;

/// How long the issuer may take to tell everyone.
const PATIENCE: Duration = Duration::from_secs(15);

/// Opens an application and logs in as far as asked, until the browser is back at it.
async fn enter(browser: &mut Browser, application: &str, user: &User) -> Result<()> {
    browser.open(&format!("{application}/login")).await?;
    let page = browser.walk(user).await?;
    assert!(page.url.as_str().starts_with(application), "stopped at {} ({:?})", page.url, page.error_code());
    Ok(())
}

/// The session cookie of an application: while its own session lives, its home greets the user.
async fn is_inside(browser: &mut Browser, application: &str, user: &User) -> Result<bool> {
    let page = browser.open(&format!("{application}/")).await?;
    let at_home = page.url.as_str().starts_with(application);
    Ok(at_home && page.body.contains(&user.user_id))
}

async fn until_outside(browser: &mut Browser, application: &str, user: &User) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while is_inside(browser, application, user).await? {
        if tokio::time::Instant::now() > deadline {
            bail!("{application} still greets {} after {PATIENCE:?}", user.user_id);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn logged_in_at_both(demo: &Demo) -> Result<(Browser, User)> {
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    for application in [&demo.addresses().dms, &demo.addresses().ccms] {
        enter(&mut browser, application, &user).await?;
        assert!(is_inside(&mut browser, application, &user).await?, "{application}");
    }
    Ok((browser, user))
}

/// §2.5: who signs out at the issuer is signed out at every application of that session.
#[tokio::test]
async fn backchannel_2_5_signing_out_at_the_issuer_ends_every_application() -> Result<()> {
    let demo = shared().await?;
    let (mut browser, user) = logged_in_at_both(demo).await?;
    browser.open("/end_session").await?;
    browser.fill_and_submit("sign-out", &[]).await?;
    assert_eq!(browser.step().as_deref(), Some("signed-out"));
    for application in [&demo.addresses().dms, &demo.addresses().ccms] {
        until_outside(&mut browser, application, &user).await?;
    }
    Ok(())
}

/// §2.5: who signs out at one application is signed out at the others.
#[tokio::test]
async fn backchannel_2_5_signing_out_at_one_application_ends_the_others() -> Result<()> {
    let demo = shared().await?;
    let (mut browser, user) = logged_in_at_both(demo).await?;
    browser.open(&format!("{}/", demo.addresses().dms)).await?;
    let page = browser.page()?.clone();
    let mut form = page.only_form()?;
    form.action = Url::parse(&format!("{}/logout", demo.addresses().dms))?;
    browser.submit(form).await?;
    until_outside(&mut browser, &demo.addresses().dms, &user).await?;
    until_outside(&mut browser, &demo.addresses().ccms, &user).await
}

/// §2.1: another browser of the same user is another session, and stays.
#[tokio::test]
async fn backchannel_2_1_only_that_session_ends() -> Result<()> {
    let demo = shared().await?;
    let (mut browser, user) = logged_in_at_both(demo).await?;
    let mut elsewhere = demo.browser()?;
    enter(&mut elsewhere, &demo.addresses().ccms, &user).await?;
    browser.open("/end_session").await?;
    browser.fill_and_submit("sign-out", &[]).await?;
    until_outside(&mut browser, &demo.addresses().ccms, &user).await?;
    assert!(is_inside(&mut elsewhere, &demo.addresses().ccms, &user).await?);
    Ok(())
}

/// §2.6: a logout token that the issuer did not sign ends nothing.
#[tokio::test]
async fn backchannel_2_6_forged_logout_tokens_are_refused() -> Result<()> {
    let demo = shared().await?;
    let ccms = &demo.addresses().ccms;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    enter(&mut browser, ccms, &user).await?;
    let party = demo.relying_party("conformance-jwt")?;
    let pem = party.client.private_key_pem.clone().unwrap_or_default();
    let (algorithm, stranger) = key(&pem)?;
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let forged = Assertion::new(&party.issuer, &party.client)?
        .signed_by(algorithm, stranger)
        .with("iss", json!(party.issuer))
        .with("aud", json!("ccms-terminal"))
        .with("events", event)
        .with("iat", json!(ambient::now()))
        .sign()?;
    for token in [forged.as_str(), "nonsense", ""] {
        let request = party.http.post(format!("{ccms}/backchannel-logout"));
        let reply = Reply::read(request.form(&[("logout_token", token)]).send().await?).await?;
        assert_eq!(reply.status, 400, "{}", reply.body);
    }
    assert!(is_inside(&mut browser, ccms, &user).await?);
    Ok(())
}

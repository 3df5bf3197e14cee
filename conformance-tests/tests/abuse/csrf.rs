//! Forms that another site, or another browser, made this browser send.

use anyhow::Result;
use conformance_tests::{Browser, Demo, demo};

use super::setup::{at_otp, at_password, at_reset, has_session, log_in};

/// Every page of the login refuses a form without its token, with a made-up one, and with another browser's.
#[tokio::test]
async fn every_form_of_the_login_wants_its_own_token() -> Result<()> {
    let demo = demo::shared().await?;
    let foreign = token_of(&at_password(demo).await?)?;
    let user = demo.draw_user()?;
    for wrong in [None, Some(""), Some("made-up"), Some(foreign.as_str())] {
        refused(&mut choosing(demo).await?, "otp", &[], wrong).await?;
        let secrets = [("user_id", user.user_id.as_str()), ("password", user.password()?)];
        refused(&mut at_password(demo).await?, "log-in", &secrets, wrong).await?;
        refused(&mut at_reset(demo).await?, "submit", &[("user_id", &user.user_id)], wrong).await?;
    }
    let mut browser = at_otp(demo, &user).await?;
    let code = user.totp_code().await?;
    refused(&mut browser, "submit", &[("otp", &code)], Some(&foreign)).await?;
    assert!(!has_session(demo, &mut browser).await?, "a forged form logged somebody in");
    Ok(())
}

/// Every form of the user's own page, too.
#[tokio::test]
async fn every_form_of_the_account_wants_its_own_token() -> Result<()> {
    let demo = demo::shared().await?;
    let mut login = log_in(demo, &demo.draw_user()?, "openid").await?;
    assert!(has_session(demo, &mut login.browser).await?);
    let forms = login.browser.page()?.forms()?;
    let posts: Vec<_> = forms.into_iter().filter(|form| form.post).collect();
    assert!(!posts.is_empty(), "the account page has no forms");
    for form in posts {
        assert!(form.get("csrf").is_some_and(|token| !token.is_empty()), "{form:?} carries no token");
        for wrong in [None, Some("made-up")] {
            let mut forged = form.clone();
            match wrong {
                Some(token) => forged.set("csrf", token),
                None => forged.remove("csrf"),
            }
            let page = login.browser.submit(forged).await?;
            assert_eq!((page.status, page.error_code().as_deref()), (403, Some("csrf")), "{form:?}");
        }
    }
    assert!(has_session(demo, &mut login.browser).await?, "a forged form ended the session");
    Ok(())
}

/// A form on another site, sent by a browser that keeps `SameSite=Lax` cookies at home.
#[tokio::test]
async fn a_form_from_elsewhere_is_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browser = at_password(demo).await?;
    let mut form = browser.page()?.form("log-in")?;
    form.set("user_id", &user.user_id);
    form.set("password", user.password()?);
    let page = browser.submit_from_elsewhere(form).await?;
    assert_eq!((page.status, page.error_code().as_deref()), (403, Some("csrf")));
    Ok(())
}

async fn choosing(demo: &Demo) -> Result<Browser> {
    let mut browser = demo.browser()?;
    let request = demo.relying_party(super::setup::CLIENT)?.authorization();
    browser.open(request.url()?.as_str()).await?;
    super::setup::expect_step(&browser, "choose-method")?;
    Ok(browser)
}

fn token_of(browser: &Browser) -> Result<String> {
    Ok(browser.page()?.form("log-in")?.get("csrf").unwrap_or_default().to_owned())
}

async fn refused(
    browser: &mut Browser,
    action: &str,
    fields: &[(&str, &str)],
    token: Option<&str>,
) -> Result<()> {
    let mut form = browser.page()?.form(action)?;
    assert!(form.get("csrf").is_some_and(|token| !token.is_empty()), "the form carries no token");
    for (name, value) in fields {
        form.set(name, value);
    }
    match token {
        Some(token) => form.set("csrf", token),
        None => form.remove("csrf"),
    }
    let page = browser.submit(form).await?;
    assert_eq!((page.status, page.error_code().as_deref()), (403, Some("csrf")), "{action} with {token:?}");
    Ok(())
}

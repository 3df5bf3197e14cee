//! Sessions that somebody else prepared, or copied too early.

use anyhow::{Context as _, Result};
use conformance_tests::demo;
use url::Url;

use super::setup::{at_otp, at_password, give_otp, give_password, has_session, log_in, to_password};

const SESSION: &str = "cs_session";

/// A session id planted before the login is not the one after it, and stays worthless.
#[tokio::test]
async fn a_planted_session_id_is_not_adopted() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let planted = "A".repeat(43);
    let mut victim = demo.browser()?;
    victim.plant_cookie(&format!("{SESSION}={planted}; Path=/"));
    to_password(demo, &mut victim).await?;
    give_password(&mut victim, &user.user_id, user.password()?).await?;
    give_otp(&mut victim, &user.totp_code().await?).await?;
    let session = victim.cookie(SESSION).context("a session after the login")?;
    assert_ne!(session, planted);

    let mut attacker = demo.browser()?;
    attacker.plant_cookie(&format!("{SESSION}={planted}; Path=/"));
    assert!(!has_session(demo, &mut attacker).await?);
    Ok(())
}

/// Logging in again in the same browser gives a new session id, and the old one is worthless.
#[tokio::test]
async fn a_second_login_renews_the_session_id() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut login = log_in(demo, &user, "openid").await?;
    let first = login.browser.cookie(SESSION).context("a session")?;
    let again = login.party.authorization().with("prompt", "login");
    login.browser.authorize(&again, &user).await?;
    let second = login.browser.cookie(SESSION).context("a session")?;
    assert_ne!(first, second);

    let mut thief = demo.browser()?;
    thief.plant_cookie(&format!("{SESSION}={first}; Path=/"));
    assert!(!has_session(demo, &mut thief).await?, "the first session id still opens the account");
    Ok(())
}

/// Whoever copied the victim's cookies before the login has nothing after it.
#[tokio::test]
async fn cookies_from_before_the_login_are_worthless() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let home = Url::parse(demo.issuer())?;
    let mut victim = at_otp(demo, &user).await?;
    let copied = victim.cookies(&home);
    assert!(!copied.iter().any(|(name, _)| name == SESSION), "a session before the second factor");
    give_otp(&mut victim, &user.totp_code().await?).await?;
    assert!(has_session(demo, &mut victim).await?);

    let mut attacker = demo.browser()?;
    for (name, value) in copied {
        attacker.plant_cookie(&format!("{name}={value}; Path=/"));
    }
    assert!(!has_session(demo, &mut attacker).await?);
    Ok(())
}

/// The page a victim is lured to is bound to the attacker's browser: it does not log the victim's in.
#[tokio::test]
async fn a_login_begun_elsewhere_cannot_be_finished_here() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let attacker = at_otp(demo, &user).await?;
    let lure = attacker.page()?.url.clone();
    let mut victim = at_password(demo).await?;
    let page = victim.open(lure.as_str()).await?;
    assert_ne!(page.step().as_deref(), Some("otp"), "the attacker's login goes on in the victim's browser");
    assert!(!has_session(demo, &mut victim).await?);
    Ok(())
}

/// Cookies cannot be read by scripts, nor sent along by other sites.
#[tokio::test]
async fn cookies_are_kept_from_scripts_and_other_sites() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browser = at_otp(demo, &user).await?;
    let mut seen = Vec::new();
    let mut note = |browser: &conformance_tests::Browser| -> Result<()> {
        let page = browser.page()?;
        let hops = page.trail.iter().map(|hop| &hop.headers).chain([&page.headers]);
        for cookie in hops.flat_map(|headers| headers.get_all("set-cookie")) {
            seen.push(cookie.to_str()?.to_owned());
        }
        Ok(())
    };
    note(&browser)?;
    give_otp(&mut browser, &user.totp_code().await?).await?;
    note(&browser)?;
    assert!(seen.iter().any(|cookie| cookie.starts_with(SESSION)), "{seen:?}");
    for cookie in seen {
        let lower = cookie.to_lowercase();
        for attribute in ["httponly", "samesite=lax", "path=/"] {
            assert!(lower.contains(attribute), "{cookie} lacks {attribute}");
        }
        assert!(!lower.contains("domain="), "{cookie} is for other hosts too");
    }
    Ok(())
}

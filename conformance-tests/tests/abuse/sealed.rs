//! The sealed state that travels through the browser before anybody is known.

use std::time::Duration;

use anyhow::{Context as _, Result};
use conformance_tests::{Demo, Options, demo};
use url::Url;

use super::setup::{CLIENT, at_otp, at_password, expect_step, give_otp, has_session, log_in};

/// Change any part of it, and it is none.
#[tokio::test]
async fn tampered_state_is_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let mut browser = at_password(demo).await?;
    let url = browser.page()?.url.clone();
    let sealed = parameter(&url, "i")?;
    let middle = sealed.len() / 2;
    let mut tampered = vec![
        String::new(),
        "x".into(),
        sealed[1..].to_owned(),
        sealed[..sealed.len() - 1].to_owned(),
        format!("{sealed}A"),
        sealed.to_lowercase(),
        sealed.chars().rev().collect(),
        format!("{sealed}{sealed}"),
        "A".repeat(sealed.len()),
        "A".repeat(6000),
        "\u{0}\u{ffff}é".into(),
    ];
    for at in [0, 1, 8, middle, sealed.len() - 2, sealed.len() - 1] {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        tampered.push(String::from_utf8(bytes)?);
    }
    for path in [url.path(), "/authorize/resume"] {
        for value in &tampered {
            let mut url = url.clone();
            url.set_path(path);
            url.query_pairs_mut().clear().append_pair("i", value);
            let page = browser.open(url.as_str()).await?;
            assert!((400..500).contains(&page.status), "{path} with {value:?}: {}", page.status);
            assert_eq!(page.step().as_deref(), Some("error"), "{path} with {value:?}");
        }
    }
    Ok(())
}

/// Sealed for one browser, it opens in no other.
#[tokio::test]
async fn state_of_another_browser_is_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let own = at_password(demo).await?;
    let address = own.page()?.url.clone();
    for mut other in [demo.browser()?, at_password(demo).await?] {
        let page = other.open(address.as_str()).await?;
        assert_eq!((page.status, page.step().as_deref()), (400, Some("error")));
        assert_eq!(page.error_code().as_deref(), Some("expired"));
    }
    Ok(())
}

/// It has its time.
#[tokio::test]
async fn expired_state_is_refused() -> Result<()> {
    let options = Options::default().environment("COUNTERSIGN_POLICY__SESSION__INTERACTION_SECONDS", "2");
    let demo = Demo::start(options).await?;
    let mut browser = at_password(&demo).await?;
    let user = demo.user("HKABC101")?;
    let mut form = browser.page()?.form("log-in")?;
    form.set("user_id", &user.user_id);
    form.set("password", user.password()?);
    tokio::time::sleep(Duration::from_millis(3200)).await;
    let page = browser.submit(form).await?;
    assert_eq!((page.status, page.error_code().as_deref()), (400, Some("expired")));
    Ok(())
}

/// An interaction that led to a login leads nowhere once that login is over.
#[tokio::test]
async fn a_finished_interaction_is_no_login() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browser = at_otp(demo, &user).await?;
    let otp_page = browser.page()?.url.clone();
    give_otp(&mut browser, &user.totp_code().await?).await?;
    let resume = browser
        .page()?
        .trail
        .iter()
        .chain([])
        .map(|hop| hop.url.clone())
        .find(|url| url.path() == "/authorize/resume")
        .or_else(|| Some(browser.page().ok()?.url.clone()).filter(|url| url.path() == "/authorize/resume"))
        .context("the login went through /authorize/resume")?;

    // In another browser: nothing at all.
    let mut other = demo.browser()?;
    for address in [&resume, &otp_page] {
        let page = other.open(address.as_str()).await?;
        assert!(page.left.is_none(), "a stranger got a code at {address}");
    }
    assert!(!has_session(demo, &mut other).await?);

    // The flow is over: its page takes no further OTP.
    let page = browser.open(otp_page.as_str()).await?;
    assert_ne!(page.step().as_deref(), Some("otp"), "the flow lives on");

    // In the same browser without its session: a login is asked for again, no code is given.
    browser.plant_cookie("cs_session=; Path=/; Max-Age=0");
    let page = browser.open(resume.as_str()).await?;
    assert!(page.left.is_none(), "a code without a session");
    Ok(())
}

/// Sealed for the login, it is nothing elsewhere: not a session, not a flow.
#[tokio::test]
async fn sealed_values_serve_one_purpose() -> Result<()> {
    let demo = demo::shared().await?;
    let mut browser = at_password(demo).await?;
    let sealed = parameter(&browser.page()?.url.clone(), "i")?;
    for name in ["cs_session", "cs_known"] {
        browser.plant_cookie(&format!("{name}={sealed}; Path=/"));
    }
    assert!(!has_session(demo, &mut browser).await?);
    let mut login = log_in(demo, &demo.draw_user()?, "openid").await?;
    let known = login.browser.cookie("cs_known").context("the browser is known now")?;
    let mut url = Url::parse(demo.issuer())?.join("/login/")?;
    url.query_pairs_mut().append_pair("i", &known);
    let page = login.browser.open(url.as_str()).await?;
    assert_eq!(page.step().as_deref(), Some("error"));
    Ok(())
}

/// A step that was not reached cannot be opened by its address.
#[tokio::test]
async fn steps_cannot_be_skipped() -> Result<()> {
    let demo = demo::shared().await?;
    let mut browser = demo.browser()?;
    let request = demo.relying_party(CLIENT)?.authorization();
    browser.open(request.url()?.as_str()).await?;
    expect_step(&browser, "choose-method")?;
    let sealed = parameter(&browser.page()?.url.clone(), "i")?;
    for path in
        ["otp", "register-device", "scan-qr", "email-risk", "reset-otp", "reset-password", "reset-done"]
    {
        for (name, value) in [("i", sealed.as_str()), ("f", sealed.as_str()), ("f", "made-up")] {
            let mut url = Url::parse(demo.issuer())?.join("/login/")?.join(path)?;
            url.query_pairs_mut().append_pair(name, value);
            let page = browser.open(url.as_str()).await?;
            assert!(page.status < 500, "{url}: {}", page.status);
            let reached = page.step().unwrap_or_default();
            assert!(
                !matches!(reached.as_str(), "otp" | "scan-qr" | "reset-password"),
                "{url} shows {reached}"
            );
        }
    }
    Ok(())
}

fn parameter(url: &Url, name: &str) -> Result<String> {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).with_context(|| format!("no `{name}` in {url}"))
}

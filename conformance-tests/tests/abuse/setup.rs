//! Browsers brought to the page that a test is about.

use anyhow::{Context as _, Result, ensure};
use conformance_tests::{
    AuthorizationRequest, Browser, Demo, RelyingParty, Reply, User, ambient, credentials,
};

/// The application in whose name most hostile logins are begun.
pub(crate) const CLIENT: &str = "conformance-basic";

/// A password that breaks no rule.
pub(crate) const GOOD_PASSWORD: &str = "quarry lantern 58 Mistral";

/// A browser with empty cookies at the page for user ID and password.
pub(crate) async fn at_password(demo: &Demo) -> Result<Browser> {
    let mut browser = demo.browser()?;
    to_password(demo, &mut browser).await?;
    Ok(browser)
}

/// This browser, at the page for user ID and password.
pub(crate) async fn to_password(demo: &Demo, browser: &mut Browser) -> Result<()> {
    let request = demo.relying_party(CLIENT)?.authorization().with("prompt", "login");
    browser.open(request.url()?.as_str()).await?;
    if browser.step().as_deref() == Some("choose-method") {
        browser.fill_and_submit("otp", &[]).await?;
    }
    expect_step(browser, "password")
}

/// Gives user ID and password.
pub(crate) async fn give_password(browser: &mut Browser, user_id: &str, password: &str) -> Result<()> {
    browser.fill_and_submit("log-in", &[("user_id", user_id), ("password", password)]).await?;
    Ok(())
}

/// A browser whose user gave the right password and is asked for an OTP.
pub(crate) async fn at_otp(demo: &Demo, user: &User) -> Result<Browser> {
    let mut browser = at_password(demo).await?;
    give_password(&mut browser, &user.user_id, user.password()?).await?;
    expect_step(&browser, "otp")?;
    Ok(browser)
}

/// Gives an OTP.
pub(crate) async fn give_otp(browser: &mut Browser, otp: &str) -> Result<()> {
    browser.fill_and_submit("submit", &[("otp", otp)]).await?;
    Ok(())
}

/// A browser at the page where the user ID of a forgotten password is asked for.
pub(crate) async fn at_reset(demo: &Demo) -> Result<Browser> {
    let mut browser = at_password(demo).await?;
    let link = browser.page()?.attribute("#forgot-password", "href").context("a link to the reset")?;
    let address = browser.page()?.url.join(&link)?;
    browser.open(address.as_str()).await?;
    expect_step(&browser, "reset-user-id")?;
    Ok(browser)
}

/// Asks for a reset; the browser is then at the page for its OTP.
pub(crate) async fn ask_reset(browser: &mut Browser, user_id: &str) -> Result<()> {
    browser.fill_and_submit("submit", &[("user_id", user_id)]).await?;
    Ok(())
}

/// A browser at the page for the OTP of a reset, and that OTP out of the mail.
pub(crate) async fn at_reset_otp(demo: &Demo, user: &User) -> Result<(Browser, String)> {
    let mut browser = at_reset(demo).await?;
    let mail = demo.mail()?;
    let before = mail.messages_to(user.email()?).await?.len();
    ask_reset(&mut browser, &user.user_id).await?;
    expect_step(&browser, "reset-otp")?;
    let otp = mail.otp_after(user.email()?, before).await?;
    Ok((browser, otp))
}

/// A whole login, and what the application got for it.
pub(crate) struct LoggedIn {
    pub(crate) browser: Browser,
    pub(crate) party: RelyingParty,
    pub(crate) request: AuthorizationRequest,
    pub(crate) code: String,
}

/// Logs a user in for an application and stops before the code is exchanged.
pub(crate) async fn log_in(demo: &Demo, user: &User, scope: &str) -> Result<LoggedIn> {
    let party = demo.relying_party(CLIENT)?;
    let mut browser = demo.browser()?;
    let request = party.authorization().scope(scope);
    // A refresh token for an absent user needs consent that was asked for (OIDC Core §11).
    let request = if scope.contains("offline_access") { request.with("prompt", "consent") } else { request };
    let callback = browser.authorize(&request, user).await?;
    let code = callback.require("code")?.to_owned();
    Ok(LoggedIn { browser, party, request, code })
}

/// Logs a user in and exchanges the code.
pub(crate) async fn tokens(demo: &Demo, user: &User) -> Result<(LoggedIn, Reply)> {
    let login = log_in(demo, user, "openid offline_access").await?;
    let tokens = login.party.exchange(&login.request, &login.code).await?.granted()?;
    Ok((login, tokens))
}

/// Whether the issuer still stands behind a token (RFC 7662).
pub(crate) async fn active(party: &RelyingParty, token: &str) -> Result<bool> {
    let answer = party.introspect(token).await?.granted()?;
    answer.json()["active"].as_bool().context("`active` is a boolean")
}

/// The page must be this step.
pub(crate) fn expect_step(browser: &Browser, step: &str) -> Result<()> {
    let page = browser.page()?;
    ensure!(
        page.left.is_none() && page.step().as_deref() == Some(step),
        "expected the step {step}, got {:?} (error {:?}, status {}) at {}",
        page.step(),
        page.error_code(),
        page.status,
        page.url
    );
    Ok(())
}

/// Whether the login is through: the browser is sent to its application, or asked for consent on its behalf.
pub(crate) fn let_in(browser: &Browser) -> Result<bool> {
    let page = browser.page()?;
    Ok(page.left.is_some() || page.step().as_deref() == Some("consent"))
}

/// Whether this browser holds a session: `/account` greets instead of asking for a login.
pub(crate) async fn has_session(demo: &Demo, browser: &mut Browser) -> Result<bool> {
    let page = browser.open(&format!("{}/account", demo.issuer())).await?;
    Ok(page.status == 200 && page.url.path() == "/account")
}

/// A six-digit code that is wrong now and around now; different for every `n`.
pub(crate) fn wrong_totp(user: &User, n: usize) -> Result<String> {
    let totp = credentials::totp(user.totp_secret.as_deref().context("a soft token")?)?;
    let now = u64::try_from(ambient::now())?;
    let near: Vec<String> = (0..9).map(|step| totp.generate(now + step * 30 - 120).to_string()).collect();
    let mut wrong = (0..1000).map(|n| format!("{n:06}")).filter(|code| !near.contains(code));
    wrong.nth(n).context("some code is wrong")
}

/// An OTP of the same length with every digit wrong.
pub(crate) fn wrong_otp(otp: &str) -> String {
    otp.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

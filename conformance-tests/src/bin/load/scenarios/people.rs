//! People and their browsers, brought to where a scenario starts.

use anyhow::{Context as _, Result};
use conformance_tests::{Browser, Demo, Form, Reply};
use url::Url;

use super::scripts::form;

/// The application that logs people in.
pub(crate) const CLIENT: &str = "conformance-basic";

/// A browser that is logged in, and the request it sends again and again.
pub(crate) struct Session {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) verifier: String,
    pub(crate) path: String,
    pub(crate) cookies: String,
}

/// A login, and an authorization request to be repeated.
pub(crate) async fn session(demo: &Demo) -> Result<Session> {
    let party = demo.relying_party(CLIENT)?;
    let request = party.authorization();
    let mut browser = demo.browser()?;
    browser.authorize(&request, &demo.draw_user()?).await?;
    let url = request.url()?;
    Ok(Session {
        client_id: CLIENT.to_owned(),
        redirect_uri: request.get("redirect_uri").to_owned(),
        verifier: request.verifier.clone(),
        path: path_and_query(&url),
        cookies: cookies(&browser, &url),
    })
}

/// So many token responses, each of a family of its own.
pub(crate) async fn tokens(demo: &Demo, count: usize) -> Result<Vec<Reply>> {
    let party = demo.relying_party(CLIENT)?;
    let user = demo.draw_user()?;
    let mut browser = demo.browser()?;
    let mut replies = Vec::with_capacity(count);
    for _ in 0..count {
        let request = party.authorization().scope("openid offline_access").with("prompt", "consent");
        let callback = browser.authorize(&request, &user).await?;
        replies.push(party.exchange(&request, callback.require("code")?).await?.granted()?);
    }
    Ok(replies)
}

/// A form with user ID and password, as the browser it was shown in would send it.
pub(crate) struct PasswordPost {
    pub(crate) path: String,
    pub(crate) url: Url,
    pub(crate) origin: String,
    pub(crate) cookies: String,
    pub(crate) body: String,
}

/// So many people with the right password ready to be sent.
pub(crate) async fn password_posts(demo: &Demo, count: usize) -> Result<Vec<PasswordPost>> {
    let mut posts = Vec::with_capacity(count);
    for _ in 0..count {
        let user = demo.draw_user()?;
        posts.push(password_post(demo, &user.user_id, user.password()?).await?);
    }
    Ok(posts)
}

/// Somebody, known or not, with a wrong password.
pub(crate) async fn wrong_password_post(demo: &Demo, user_id: &str) -> Result<PasswordPost> {
    password_post(demo, user_id, "not the password of anybody").await
}

async fn password_post(demo: &Demo, user_id: &str, password: &str) -> Result<PasswordPost> {
    let mut browser = at_password(demo).await?;
    let mut form = browser.page()?.form("log-in")?;
    form.set("user_id", user_id);
    form.set("password", password);
    Ok(post_of(&mut browser, &form))
}

/// A browser at the page for user ID and password.
pub(crate) async fn at_password(demo: &Demo) -> Result<Browser> {
    let mut browser = demo.browser()?;
    browser.open(demo.relying_party(CLIENT)?.authorization().url()?.as_str()).await?;
    if browser.step().as_deref() == Some("choose-method") {
        browser.fill_and_submit("otp", &[]).await?;
    }
    Ok(browser)
}

/// A browser at the page for the user ID of a forgotten password, with that ID ready to be sent.
pub(crate) async fn reset_post(demo: &Demo, user_id: &str) -> Result<PasswordPost> {
    let mut browser = at_password(demo).await?;
    let link = browser.page()?.attribute("#forgot-password", "href").context("a link to the reset")?;
    let address = browser.page()?.url.join(&link)?;
    browser.open(address.as_str()).await?;
    let mut form = browser.page()?.form("submit")?;
    form.set("user_id", user_id);
    Ok(post_of(&mut browser, &form))
}

fn post_of(browser: &mut Browser, filled: &Form) -> PasswordPost {
    let fields: Vec<(&str, &str)> =
        filled.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    PasswordPost {
        path: path_and_query(&filled.action),
        url: filled.action.clone(),
        origin: filled.action.origin().ascii_serialization(),
        cookies: cookies(browser, &filled.action),
        body: form(&fields),
    }
}

fn path_and_query(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

fn cookies(browser: &Browser, url: &Url) -> String {
    let pairs = browser.cookies(url).into_iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

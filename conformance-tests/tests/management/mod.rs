//! The management API of the running product, by people who log in as people do.

mod browsers;

use anyhow::Result;
use conformance_tests::{Browser, Demo, Options, RelyingParty, Reply};
use serde_json::{Value, json};

/// A demo of its own, because what is changed here stays changed, and the application through which people maintain the
/// directory.
async fn office() -> Result<(Demo, RelyingParty)> {
    let demo = Demo::start(Options::default()).await?;
    let console = demo.relying_party("admin-console")?;
    Ok((demo, console))
}

/// Logs somebody in afresh in `browser`; their access token for the directory.
async fn token(demo: &Demo, console: &RelyingParty, browser: &mut Browser, user_id: &str) -> Result<String> {
    let request = console.authorization().scope("openid directory").with("prompt", "login");
    let callback = browser.authorize(&request, &demo.user(user_id)?).await?;
    console.exchange(&request, callback.require("code")?).await?.granted()?.access_token()
}

/// Posts to the API.
async fn post(
    console: &RelyingParty,
    token: &str,
    path: &str,
    tag: Option<&str>,
    content: &Value,
) -> Result<Reply> {
    let request = console.http.post(console.endpoint(&format!("/api/v1{path}"))).bearer_auth(token);
    let key = conformance_tests::ambient::random(16)?;
    let request = request.header("idempotency-key", key).json(content);
    let request = match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    };
    Reply::read(request.send().await?).await
}

/// A change that ABC's maker may ask for.
fn change() -> Value {
    json!({ "change": { "kind": "change_profile", "user_id": "HKABC101", "fields": { "surname": "WONG" } } })
}

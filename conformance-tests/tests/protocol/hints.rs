//! OpenID Connect Core §3.1.2.1: `id_token_hint`, `login_hint`, `ui_locales`, `acr_values`.

use anyhow::Result;
use conformance_tests::{Browser, shared};

use super::{BASIC, Login, assert_refusal, party};

const EMAIL: &str = "urn:countersign:acr:otp-email";
const APP: &str = "urn:countersign:acr:otp-app";

/// `id_token_hint` of the user with the session: answered at once.
#[tokio::test]
async fn core_3_1_2_1_id_token_hint_of_the_same_user_is_met() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let hint = login.tokens().await?.id_token()?;
    let request = login.party.authorization().with("prompt", "none").with("id_token_hint", &hint);
    assert!(login.again(&request).await?.get("code").is_some());
    Ok(())
}

/// `id_token_hint` of somebody else: with `prompt=none`, `login_required`; without, never a code for the wrong user.
#[tokio::test]
async fn core_3_1_2_1_id_token_hint_of_another_user_is_not_met() -> Result<()> {
    let hint = Login::new(BASIC, "openid").await?.tokens().await?.id_token()?;
    let mut login = Login::new(BASIC, "openid").await?;
    let silent = login.party.authorization().with("prompt", "none").with("id_token_hint", &hint);
    let answer = login.again(&silent).await?;
    assert_refusal(&answer, &silent, "login_required");
    let request = login.party.authorization().with("id_token_hint", &hint);
    assert_eq!(login.browser.open(request.url()?.as_str()).await?.left, None);
    Ok(())
}

/// A hint that this issuer did not sign names nobody.
#[tokio::test]
async fn core_3_1_2_1_forged_id_token_hint_is_refused() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    let token = login.tokens().await?.id_token()?;
    let cut = token.rfind('.').unwrap_or_default();
    for forged in [format!("{}.AAAA", &token[..cut]), "nonsense".to_owned()] {
        let request = login.party.authorization().with("prompt", "none").with("id_token_hint", &forged);
        let answer = login.again(&request).await?;
        let error = answer.get("error").unwrap_or_default();
        assert!(["invalid_request", "login_required"].contains(&error), "{answer:?}");
    }
    Ok(())
}

async fn at_password(browser: &mut Browser, url: &str) -> Result<()> {
    browser.open(url).await?;
    if browser.step().as_deref() == Some("choose-method") {
        browser.fill_and_submit("otp", &[]).await?;
    }
    assert_eq!(browser.step().as_deref(), Some("password"));
    Ok(())
}

/// `login_hint` stands in the user ID field, whatever it holds.
#[tokio::test]
async fn core_3_1_2_1_login_hint_fills_the_user_id() -> Result<()> {
    let party = party(BASIC).await?;
    for hint in ["HKABC101", "nobody\"><script>alert(1)</script>"] {
        let mut browser = shared().await?.browser()?;
        let request = party.authorization().with("login_hint", hint);
        at_password(&mut browser, request.url()?.as_str()).await?;
        let page = browser.page()?;
        assert_eq!(page.attribute("#user_id", "value").as_deref(), Some(hint));
        assert!(!page.body.contains("<script>alert"));
    }
    Ok(())
}

/// `ui_locales`: the first that the product speaks wins, over what the browser prefers.
#[tokio::test]
async fn core_3_1_2_1_ui_locales_choose_the_language() -> Result<()> {
    let party = party(BASIC).await?;
    for (asked, given) in [
        ("en", "en"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hans", "zh-Hans"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("fr zh-Hans en", "zh-Hans"),
        ("tlh", "en"),
    ] {
        let mut browser = shared().await?.browser()?;
        browser.set_header("accept-language", "en")?;
        let request = party.authorization().with("ui_locales", asked);
        let page = browser.open(request.url()?.as_str()).await?;
        let language = page.attribute("html", "lang").unwrap_or_default();
        assert!(language.starts_with(given), "{asked} gave {language}");
    }
    Ok(())
}

/// Without `ui_locales`, `Accept-Language` decides.
#[tokio::test]
async fn core_3_1_2_1_accept_language_is_the_fallback() -> Result<()> {
    let party = party(BASIC).await?;
    let mut browser = shared().await?.browser()?;
    browser.set_header("accept-language", "zh-TW,zh;q=0.9,en;q=0.5")?;
    let page = browser.open(party.authorization().url()?.as_str()).await?;
    let language = page.attribute("html", "lang").unwrap_or_default();
    assert!(language.starts_with("zh-Hant"), "{language}");
    Ok(())
}

/// `acr_values` that the session meets, or exceeds: answered at once, and `acr` says what really happened.
#[tokio::test]
async fn core_3_1_2_1_acr_values_met_by_the_session() -> Result<()> {
    let mut login = Login::new(BASIC, "openid").await?;
    for asked in [APP, EMAIL] {
        let request = login.party.authorization().with("acr_values", asked);
        let token = login.tokens_again(&request).await?.id_token()?;
        let token = login.party.verify_id_token(&token).await?;
        assert_eq!(token.text("acr"), APP, "asked for {asked}");
    }
    Ok(())
}

/// `acr_values` higher than the session's: never silently answered by the weaker one.
#[tokio::test]
async fn core_3_1_2_1_acr_values_above_the_session_ask_for_a_step_up() -> Result<()> {
    let demo = shared().await?;
    let party = party(BASIC).await?;
    let request = party.authorization();
    let mut login = Login::of(demo.draw_email_user()?, party, request).await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.text("acr"), EMAIL);
    let request = login.party.authorization().with("acr_values", APP);
    let page = login.browser.open(request.url()?.as_str()).await?;
    assert_eq!(page.left, None, "{:?}", page.left);
    Ok(())
}

/// `acr_values` that mean nothing here are voluntary: the login goes on and tells what it was.
#[tokio::test]
async fn core_3_1_2_1_unknown_acr_values_are_voluntary() -> Result<()> {
    let party = party(BASIC).await?;
    let request = party.authorization().with("acr_values", "urn:example:gold phr");
    let login = Login::by(party, request).await?;
    let token = login.party.verify_id_token(&login.tokens().await?.id_token()?).await?;
    assert_eq!(token.text("acr"), APP);
    Ok(())
}

//! English, Traditional Chinese and Simplified Chinese: by the application's wish, by the browser's, by a link.

use conformance_tests::demo::{self, Demo};

use super::chrome::{Chrome, Person};
use super::shots::shoot;
use super::steps;

/// The address of an authorization request, as an application would send it, wishing for languages.
fn login_in(demo: &Demo, ui_locales: Option<&str>) -> String {
    let party = demo.relying_party("conformance-public").expect("a client");
    let request = party.authorization();
    let request = match ui_locales {
        Some(wish) => request.with("ui_locales", wish),
        None => request,
    };
    request.url().expect("an address").to_string()
}

/// What the browser asks for decides.
#[tokio::test]
async fn by_the_browsers_wish() {
    let demo = demo::shared().await.expect("a demo");
    for (languages, expected) in
        [("zh-HK,zh-TW,en", "zh-Hant"), ("zh-CN,zh,en", "zh-Hans"), ("en-GB,en", "en"), ("fr-FR,fr", "en")]
    {
        let chrome = Chrome::start_as(Person { languages, ..Person::default() }).await;
        steps::to_password_page(&chrome, &demo.addresses().ccms).await;
        speaks(&chrome, expected).await;
        if languages.starts_with("zh") {
            shoot(&chrome, &format!("password-{expected}")).await;
        }
        chrome.close().await;
    }
}

/// What the application asks for (OIDC Core §3.1.2.1, `ui_locales`) goes before what the browser asks for.
#[tokio::test]
async fn by_the_applications_wish() {
    let demo = demo::shared().await.expect("a demo");
    let chrome = Chrome::start().await;
    for (wish, expected, words) in
        [("zh-Hant", "zh-Hant", "登入"), ("zh-Hans", "zh-Hans", "登录"), ("xx zh-HK en", "zh-Hant", "登入")]
    {
        chrome.driver.delete_all_cookies().await.expect("cookies can be deleted");
        chrome.go(login_in(demo, Some(wish))).await;
        chrome.expect_step("choose-method").await;
        speaks(&chrome, expected).await;
        chrome.press("otp").await;
        chrome.expect_step("password").await;
        chrome.expect_text(words).await;
    }
    chrome.close().await;
}

/// A link on the page decides over both, and is remembered.
#[tokio::test]
async fn by_a_link_on_the_page() {
    let demo = demo::shared().await.expect("a demo");
    let chrome = Chrome::start().await;
    chrome.go(login_in(demo, Some("en"))).await;
    chrome.expect_step("choose-method").await;
    for language in ["zh-Hant", "zh-Hans", "en", "zh-Hant"] {
        chrome.click(&format!("a[href$='lang={language}']")).await;
        chrome.expect_step("choose-method").await;
        speaks(&chrome, language).await;
    }
    chrome.press("otp").await;
    chrome.expect_step("password").await;
    speaks(&chrome, "zh-Hant").await;
    // Remembered: the next login, for which nobody wished anything, is in the chosen language.
    chrome.go(login_in(demo, None)).await;
    chrome.expect_step("choose-method").await;
    speaks(&chrome, "zh-Hant").await;
    chrome.close().await;
}

/// The page says in its root which language it speaks, for people who have it read aloud.
async fn speaks(chrome: &Chrome, language: &str) {
    let lang = chrome.attribute("html", "lang").await.unwrap_or_default();
    assert!(
        lang == language || lang.starts_with(&format!("{language}-")),
        "`{lang}` instead of `{language}`"
    );
}

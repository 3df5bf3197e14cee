//! `/account`: what one may see and change oneself.

use conformance_tests::demo::{self, Demo, Options};
use conformance_tests::{User, ambient};

use super::chrome::Chrome;
use super::first_login::{code_of, shown_secret};
use super::shots::shoot;
use super::steps::{self, GOOD_PASSWORD, Inbox};

/// Log in for the account page itself, with no application behind it.
async fn at_account_by_app(demo: &Demo, user: &User) -> Chrome {
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &account(demo)).await;
    steps::give_password(&chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &user.totp_code().await.expect("a soft token")).await;
    chrome.expect_step("account").await;
    chrome
}

fn account(demo: &Demo) -> String {
    format!("{}/account", demo.issuer())
}

/// Who one is, and when and how one came last.
#[tokio::test]
async fn shows_who_and_when() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC101").expect("the user with a soft token");
    at_account_by_app(&demo, &user).await.close().await;
    let chrome = at_account_by_app(&demo, &user).await;
    assert_eq!(chrome.text_of("[data-user-id]").await, user.user_id);
    chrome.expect("#last-access time").await;
    assert!(chrome.text().await.contains(user.email().expect("an email")));
    shoot(&chrome, "account").await;
    chrome.close().await;
}

/// A new password for the old one; every rule is named here as well, and the mail tells.
#[tokio::test]
async fn changes_the_password() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = at_account_by_app(demo, &user).await;
    let old = user.password().expect("a password").to_owned();

    change_password(&chrome, "not the old one 1", GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_error("wrong-password").await;
    change_password(&chrome, &old, "abc", "abd").await;
    chrome.expect_error("password-policy").await;
    chrome.expect("[data-rule='too-short']").await;
    chrome.expect("[data-rule='mismatch']").await;
    change_password(&chrome, &old, &old, &old).await;
    chrome.expect("[data-rule='reused']").await;
    change_password(&chrome, &old, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect("[data-news='news-password-changed']").await;
    inbox.wait_for("assword").await;
    chrome.close().await;

    let fresh = Chrome::start().await;
    steps::to_password_page(&fresh, &account(demo)).await;
    steps::give_password(&fresh, &user.user_id, &old).await;
    fresh.expect_error("wrong-credentials").await;
    steps::give_password(&fresh, &user.user_id, GOOD_PASSWORD).await;
    fresh.expect_step("otp").await;
    fresh.close().await;
}

async fn change_password(chrome: &Chrome, old: &str, new: &str, again: &str) {
    chrome.fill("current_password", old).await;
    chrome.fill("new_password", new).await;
    chrome.fill("confirm_password", again).await;
    chrome.press("change-password").await;
    chrome.expect_step("account").await;
}

/// From email to the app: the new device is asked for at the next login.
#[tokio::test]
async fn changes_the_channel_to_the_app() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &account(demo)).await;
    let before = inbox.count().await;
    steps::give_password(&chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &inbox.otp_after(before).await).await;
    chrome.expect_step("account").await;
    assert_eq!(chrome.attribute("#channel", "data-channel").await.as_deref(), Some("email"));

    chrome.press("register-device").await;
    let secret = through_registration(&chrome, &inbox).await;
    assert_eq!(chrome.attribute("#channel", "data-channel").await.as_deref(), Some("app"));
    chrome.close().await;

    let fresh = Chrome::start().await;
    steps::to_password_page(&fresh, &account(demo)).await;
    steps::give_password(&fresh, &user.user_id, user.password().expect("a password")).await;
    fresh.expect_step("otp").await;
    assert_eq!(fresh.attribute("main", "data-channel").await.as_deref(), Some("app"));
    steps::give_otp(&fresh, &next_code_of(&secret).await).await;
    fresh.expect_step("account").await;
    fresh.close().await;
}

/// Whatever proof is asked for on the way, up to the registered device; the secret of the new device.
async fn through_registration(chrome: &Chrome, inbox: &Inbox) -> String {
    let mut secret = String::new();
    for _ in 0..6 {
        chrome.expect("main[data-step]").await;
        match chrome.step().await.as_deref() {
            Some("register-device") => chrome.press("register").await,
            Some("scan-qr") => {
                secret = shown_secret(chrome).await;
                chrome.press("continue").await;
            }
            Some("otp") if chrome.attribute("main", "data-channel").await.as_deref() == Some("email") => {
                // A step-up asks for the factor there is: the mail was set off by the page before.
                let newest = inbox.otp_after(inbox.count().await.saturating_sub(1)).await;
                steps::give_otp(chrome, &newest).await;
            }
            Some("otp") => steps::give_otp(chrome, &code_of(&secret)).await,
            Some("account") => break,
            other => panic!("at {other:?} while registering a device"),
        }
    }
    assert!(!secret.is_empty(), "no device was registered");
    chrome.expect_step("account").await;
    secret
}

/// The code of the step after the one that registered the device, as a step is never accepted twice.
async fn next_code_of(secret: &str) -> String {
    let step = ambient::now() / 30;
    while ambient::now() / 30 == step {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    code_of(secret)
}

/// Sessions elsewhere are listed and can be ended, one and all.
#[tokio::test]
async fn ends_sessions_elsewhere() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let elsewhere = at_account_by_app(demo, &user).await;
    let further = at_account_by_app(demo, &user).await;
    let chrome = at_account_by_app(demo, &user).await;
    assert_eq!(sessions(&chrome).await, 3);
    chrome.evaluate("document.querySelector('.sessions').scrollIntoView({ block: 'center' })").await;
    shoot(&chrome, "account-sessions").await;

    chrome.click("button[name=action][value=end-session]").await;
    chrome.expect("[data-news='news-session-ended']").await;
    assert_eq!(sessions(&chrome).await, 2);
    chrome.press("end-other-sessions").await;
    chrome.expect("[data-news='news-others-ended']").await;
    assert_eq!(sessions(&chrome).await, 1);

    for ended in [&elsewhere, &further] {
        ended.go(account(demo)).await;
        ended.expect_step("choose-method").await;
    }
    chrome.press("sign-out").await;
    chrome.go(account(demo)).await;
    chrome.expect_step("choose-method").await;
    for browser in [elsewhere, further, chrome] {
        browser.close().await;
    }
}

async fn sessions(chrome: &Chrome) -> usize {
    chrome.driver.find_all(thirtyfour::By::Css(".sessions > li")).await.expect("a list").len()
}

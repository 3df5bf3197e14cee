//! Forgot/reset password, and everything that can go wrong on the way.

use conformance_tests::demo::{self, Demo, Options};

use super::chrome::Chrome;
use super::shots::shoot;
use super::steps::{self, GOOD_PASSWORD, Inbox};

/// A wrong OTP is told, the right one still works, and the new password logs in.
#[tokio::test]
async fn a_wrong_otp_can_be_corrected() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    let otp = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;

    steps::give_otp(&chrome, &wrong(&otp)).await;
    chrome.expect_error("wrong-otp").await;
    chrome.expect_step("reset-otp").await;
    shoot(&chrome, "reset-otp-wrong").await;
    steps::give_otp(&chrome, &otp).await;
    chrome.expect_step("reset-password").await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    chrome.press("close").await;

    let before = inbox.count().await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &inbox.otp_after(before).await).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.close().await;
}

/// Five tries, then even the right OTP is none.
#[tokio::test]
async fn five_wrong_otps_end_that_otp() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    let otp = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;
    for _ in 0..5 {
        chrome.expect_step("reset-otp").await;
        steps::give_otp(&chrome, &wrong(&otp)).await;
        chrome.expect("[data-error]").await;
    }
    steps::give_otp(&chrome, &otp).await;
    chrome.expect_error("otp-tries").await;
    chrome.expect_step("reset-otp").await;
    chrome.close().await;
}

/// An OTP that came too late is none.
#[tokio::test]
async fn an_expired_otp_is_refused() {
    let options = Options::default().environment("COUNTERSIGN_POLICY__OTP__EMAIL_SECONDS", "2");
    let demo = Demo::start(options).await.expect("a demo");
    let user = demo.user("HKABC103").expect("the user with email OTP");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    let otp = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    steps::give_otp(&chrome, &otp).await;
    chrome.expect_error("otp-expired").await;
    chrome.expect_step("reset-otp").await;
    chrome.close().await;
}

/// A second OTP has to wait a little; after that it comes, and the first one is no longer good.
#[tokio::test]
async fn a_resend_cools_down_and_replaces_the_first_otp() {
    let options = Options::default().environment("COUNTERSIGN_POLICY__OTP__RESEND_SECONDS", "4");
    let demo = Demo::start(options).await.expect("a demo");
    let user = demo.user("HKABC103").expect("the user with email OTP");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    let first = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;
    let mails = inbox.count().await;

    chrome.press("resend").await;
    chrome.expect_error("resend-too-soon").await;
    chrome.expect_step("reset-otp").await;
    assert_eq!(inbox.count().await, mails, "too early: no second mail");

    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    chrome.press("resend").await;
    let second = inbox.otp_after(mails).await;
    chrome.expect_step("reset-otp").await;
    steps::give_otp(&chrome, &first).await;
    chrome.expect("[data-error]").await;
    steps::give_otp(&chrome, &second).await;
    chrome.expect_step("reset-password").await;
    chrome.close().await;
}

/// Every rule that a password breaks is named, all at once; a mismatch and an old password too.
#[tokio::test]
async fn each_broken_rule_of_a_password_is_named() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::to_new_password_page(&chrome, &user.user_id, &inbox).await;

    steps::give_new_password(&chrome, "abc", "abc").await;
    expect_broken(&chrome, &["too-short", "too-guessable"]).await;
    shoot(&chrome, "reset-password-weak").await;

    let long = "never ends ".repeat(12);
    steps::give_new_password(&chrome, &long, &long).await;
    expect_broken(&chrome, &["too-long"]).await;

    let own_address = user.email.clone().expect("an address");
    steps::give_new_password(&chrome, &own_address, &own_address).await;
    expect_broken(&chrome, &["own-name"]).await;

    steps::give_new_password(&chrome, GOOD_PASSWORD, "quarry lantern 58 mistral").await;
    expect_broken(&chrome, &["mismatch"]).await;

    let old = user.password().expect("a password").to_owned();
    steps::give_new_password(&chrome, &old, &old).await;
    expect_broken(&chrome, &["reused"]).await;
    shoot(&chrome, "reset-password-reused").await;

    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    inbox.wait_for("assword").await;
    chrome.close().await;
}

/// A reset changes the password and nothing else: the soft token is still asked for.
#[tokio::test]
async fn a_reset_keeps_the_second_factor() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::to_new_password_page(&chrome, &user.user_id, &inbox).await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    chrome.press("close").await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("otp").await;
    assert_eq!(chrome.attribute("main", "data-channel").await.as_deref(), Some("app"));
    steps::give_otp(&chrome, &user.totp_code().await.expect("a soft token")).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.close().await;
}

/// Whoever was logged in elsewhere with the old password is logged out by the reset.
#[tokio::test]
async fn a_reset_ends_every_session() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let elsewhere = Chrome::start().await;
    steps::log_in_with_email(&elsewhere, &demo.addresses().ccms, &user, &inbox).await;

    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::to_new_password_page(&chrome, &user.user_id, &inbox).await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;

    elsewhere.go(format!("{}/account", demo.issuer())).await;
    elsewhere.expect_step("choose-method").await;
    chrome.close().await;
    elsewhere.close().await;
}

/// The page names these broken rules, each in words, under one error.
async fn expect_broken(chrome: &Chrome, rules: &[&str]) {
    chrome.expect_error("password-policy").await;
    for rule in rules {
        let selector = format!("[data-rule='{rule}']");
        chrome.expect(&selector).await;
        assert!(!chrome.text_of(&selector).await.is_empty(), "the rule {rule} has no words");
    }
    chrome.expect_step("reset-password").await;
}

/// The same length and never the same.
fn wrong(otp: &str) -> String {
    otp.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

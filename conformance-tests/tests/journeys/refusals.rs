//! Logins that must not succeed, and what the person is told.

use conformance_tests::User;
use conformance_tests::demo::{self, Demo, Options};

use super::chrome::Chrome;
use super::first_login::wrong_code_for;
use super::shots::shoot;
use super::steps;

/// A wrong password is told without telling which of the two was wrong, and can be corrected.
#[tokio::test]
async fn a_wrong_password_can_be_corrected() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::give_password(&chrome, &user.user_id, "not the password at all").await;
    let words = chrome.expect_error("wrong-credentials").await;
    assert!(!words.contains(&user.user_id), "{words}");
    shoot(&chrome, "password-wrong").await;
    steps::give_password(&chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    chrome.close().await;
}

/// A wrong code from the app is told and can be corrected.
#[tokio::test]
async fn a_wrong_code_can_be_corrected() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::give_password(&chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &wrong_code_for(user.totp_secret.as_deref().expect("a soft token"))).await;
    chrome.expect_error("wrong-otp").await;
    shoot(&chrome, "wrong-otp").await;
    steps::give_otp(&chrome, &user.totp_code().await.expect("a soft token")).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.close().await;
}

/// Somebody whose profile is disabled is refused after the password, and told to whom to turn.
#[tokio::test]
async fn a_disabled_user_is_refused() {
    refused("HKABC105").await;
}

/// Somebody with a smartcard and no email cannot get in by OTP.
#[tokio::test]
async fn a_smartcard_only_user_is_refused() {
    refused("HKABC104").await;
}

/// Somebody who was never set up has no password to give: the words are those for everyone.
#[tokio::test]
async fn a_user_who_was_never_set_up_is_refused() {
    refused("HKABC102").await;
}

/// Whatever the reason, the words of a refusal before any proof are the same.
async fn refused(user_id: &str) {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.user(user_id).expect("one of the cast");
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::give_password(&chrome, "HKZZZ9ZZ", "whatever it may be 1").await;
    let for_nobody = chrome.expect_error("wrong-credentials").await;
    steps::give_password(&chrome, user_id, "whatever it may be 1").await;
    assert_eq!(chrome.expect_error("wrong-credentials").await, for_nobody);
    if user.password.is_some() {
        prove_everything(&chrome, &user).await;
        chrome.expect_step("error").await;
        chrome.expect_error(&user.state).await;
        shoot(&chrome, &format!("refused-{}", user.state)).await;
        chrome.go(format!("{}/account", demo.issuer())).await;
        chrome.expect_step("choose-method").await;
    }
    chrome.close().await;
}

/// The right password and the right code: only then is somebody told why they may not come in.
async fn prove_everything(chrome: &Chrome, user: &User) {
    steps::give_password(chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    steps::give_otp(chrome, &user.totp_code().await.expect("a soft token")).await;
}

/// Before the parallel run nobody comes in by OTP, and nobody may set up a password; both pages say why.
#[tokio::test]
async fn before_the_parallel_run_there_is_no_login_by_otp() {
    let options = Options { phase: Some("pre-parallel".into()), ..Options::default() };
    let demo = Demo::start(options).await.expect("a demo");
    let user = demo.user("HKABC101").expect("the user with a soft token");
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    prove_everything(&chrome, &user).await;
    chrome.expect_step("error").await;
    chrome.expect_error("phase-refused").await;
    shoot(&chrome, "refused-phase").await;

    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    chrome.click("#forgot-password").await;
    chrome.expect_step("reset-user-id").await;
    chrome.fill("user_id", "HKABC102").await;
    chrome.press("submit").await;
    chrome.expect_error("phase-no-password").await;
    shoot(&chrome, "refused-phase-no-password").await;
    chrome.close().await;
}

/// After the parallel run the login page asks for the password at once: there is no method left to choose.
#[tokio::test]
async fn after_the_parallel_run_there_is_no_method_to_choose() {
    let options = Options { phase: Some("complete".into()), ..Options::default() };
    let demo = Demo::start(options).await.expect("a demo");
    let user = demo.user("HKABC101").expect("the user with a soft token");
    let chrome = Chrome::start().await;
    steps::enter(&chrome, &demo.addresses().ccms).await;
    steps::give_password(&chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &user.totp_code().await.expect("a soft token")).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.close().await;
}

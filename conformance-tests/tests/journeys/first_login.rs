//! The first login of somebody whose email is registered and who has nothing else yet.

use conformance_tests::demo::{Demo, Options};
use conformance_tests::{ambient, credentials};

use super::chrome::Chrome;
use super::shots::shoot;
use super::steps::{self, GOOD_PASSWORD, Inbox};

/// Password by emailed OTP, then the soft token by QR code, then CCMS Terminal.
#[tokio::test]
async fn with_an_authenticator_app() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC102").expect("the user who was never set up");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start().await;

    chrome.go(&demo.addresses().ccms).await;
    chrome.expect("#log-in").await;
    shoot(&chrome, "ccms-door").await;
    chrome.click("#log-in").await;
    chrome.expect_step("choose-method").await;
    shoot(&chrome, "choose-method").await;
    chrome.press("otp").await;
    chrome.expect_step("password").await;
    shoot(&chrome, "password").await;

    let otp = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;
    assert_eq!(otp.len(), 8, "an emailed OTP has eight digits");
    shoot(&chrome, "reset-otp").await;
    steps::give_otp(&chrome, &otp).await;
    chrome.expect_step("reset-password").await;
    shoot(&chrome, "reset-password").await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    shoot(&chrome, "reset-done").await;
    chrome.press("close").await;

    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("register-device").await;
    shoot(&chrome, "register-device").await;
    chrome.press("register").await;
    chrome.expect_step("scan-qr").await;
    shoot(&chrome, "scan-qr").await;
    let secret = shown_secret(&chrome).await;
    chrome.press("continue").await;

    chrome.expect_step("otp").await;
    assert_eq!(chrome.attribute("main", "data-channel").await.as_deref(), Some("app"));
    shoot(&chrome, "otp-app").await;
    steps::give_otp(&chrome, &code_of(&secret)).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    shoot(&chrome, "ccms-home").await;
    chrome.close().await;
}

/// The same person without a phone: *Skip this step*, the warning accepted, OTP by email.
#[tokio::test]
async fn with_email() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC102").expect("the user who was never set up");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start().await;

    set_password(&chrome, &demo, &inbox).await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("register-device").await;
    chrome.press("skip").await;
    chrome.expect_step("email-risk").await;
    shoot(&chrome, "email-risk").await;

    // The warning is no trap: there is a way back to the better choice.
    chrome.press("back").await;
    chrome.expect_step("register-device").await;
    chrome.press("skip").await;
    chrome.expect_step("email-risk").await;

    let before = inbox.count().await;
    chrome.press("accept").await;
    chrome.expect_step("otp").await;
    assert_eq!(chrome.attribute("main", "data-channel").await.as_deref(), Some("email"));
    shoot(&chrome, "otp-email").await;
    steps::give_otp(&chrome, &inbox.otp_after(before).await).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.close().await;
}

/// A Delegated Administrator's first device wants the code that reached them outside their mailbox.
#[tokio::test]
async fn of_a_delegated_administrator_with_an_enrolment_code() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let maker = demo.user("HKABC1X3").expect("the maker who has no device yet");
    let code = maker.enrolment_code.clone().expect("an enrolment code");
    let chrome = Chrome::start().await;
    steps::to_password_page(&chrome, &demo.addresses().dms).await;
    steps::give_password(&chrome, &maker.user_id, maker.password().expect("a password")).await;
    chrome.expect_step("register-device").await;
    chrome.press("register").await;

    chrome.expect_step("enrolment-code").await;
    shoot(&chrome, "enrolment-code").await;
    chrome.fill("code", "AAAA-AAAA-AAAA").await;
    chrome.press("submit").await;
    chrome.expect_error("wrong-code").await;
    chrome.fill("code", &code).await;
    chrome.press("submit").await;

    chrome.expect_step("scan-qr").await;
    let secret = shown_secret(&chrome).await;
    chrome.press("continue").await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &code_of(&secret)).await;
    steps::expect_home(&chrome, &demo.addresses().dms, &maker.user_id).await;
    chrome.close().await;
}

/// A wrong code from the app registers nothing: the device counts from its first right code on.
#[tokio::test]
async fn a_device_is_registered_by_its_first_right_code() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC102").expect("the user who was never set up");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start().await;

    set_password(&chrome, &demo, &inbox).await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("register-device").await;
    chrome.press("register").await;
    chrome.expect_step("scan-qr").await;
    let secret = shown_secret(&chrome).await;
    chrome.press("continue").await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &wrong_code_for(&secret)).await;
    chrome.expect_error("wrong-otp").await;
    chrome.close().await;

    // Somebody else's browser, the same password: still nothing registered.
    let other = Chrome::start().await;
    steps::to_password_page(&other, &demo.addresses().ccms).await;
    steps::give_password(&other, &user.user_id, GOOD_PASSWORD).await;
    other.expect_step("register-device").await;
    other.close().await;
}

/// From nothing to a password of one's own.
async fn set_password(chrome: &Chrome, demo: &Demo, inbox: &Inbox) {
    steps::to_password_page(chrome, &demo.addresses().ccms).await;
    steps::to_new_password_page(chrome, "HKABC102", inbox).await;
    steps::give_new_password(chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    chrome.press("close").await;
}

/// The secret beside the QR code, which is also in the picture.
pub(crate) async fn shown_secret(chrome: &Chrome) -> String {
    let shown = chrome.text_of("code[data-totp-secret]").await;
    let attribute = chrome.attribute("code[data-totp-secret]", "data-totp-secret").await.unwrap_or_default();
    let secret = if attribute.is_empty() { &shown } else { &attribute };
    secret.chars().filter(|character| !character.is_whitespace()).collect()
}

/// What an authenticator app would show now.
pub(crate) fn code_of(secret: &str) -> String {
    let now = u64::try_from(ambient::now()).expect("after 1970");
    credentials::totp(secret).expect("a TOTP secret").generate(now).to_string()
}

/// A code that no app with this secret shows anywhere near now.
pub(crate) fn wrong_code_for(secret: &str) -> String {
    let now = u64::try_from(ambient::now()).expect("after 1970");
    let totp = credentials::totp(secret).expect("a TOTP secret");
    let near: Vec<String> = (0..9).map(|step| totp.generate(now + step * 30 - 120).to_string()).collect();
    (0..20).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).expect("some code is wrong")
}

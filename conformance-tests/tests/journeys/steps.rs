//! The stretches that most journeys have in common, each as a person would go it.

use conformance_tests::credentials::User;
use conformance_tests::demo::Demo;
use conformance_tests::mail::MailCatcher;

use super::chrome::Chrome;

/// A password that breaks no rule, and no name of the demo's is in it.
pub(crate) const GOOD_PASSWORD: &str = "quarry lantern 58 Mistral";

/// Open an application and go through its door, where it has one.
pub(crate) async fn enter(chrome: &Chrome, application: &str) {
    chrome.go(application).await;
    if chrome.has("#log-in").await {
        chrome.click("#log-in").await;
    }
}

/// The application's home page, greeting this user.
pub(crate) async fn expect_home(chrome: &Chrome, application: &str, user_id: &str) {
    chrome.expect_address(application).await;
    chrome.expect("[data-user-id]").await;
    assert_eq!(chrome.text_of("[data-user-id]").await, user_id);
}

/// Open an application and choose OTP, up to the page with user ID and password.
pub(crate) async fn to_password_page(chrome: &Chrome, application: &str) {
    enter(chrome, application).await;
    through_method_choice(chrome).await;
}

/// From wherever an application sent us: choose OTP, up to the page with user ID and password.
pub(crate) async fn through_method_choice(chrome: &Chrome) {
    chrome.expect_step("choose-method").await;
    chrome.press("otp").await;
    chrome.expect_step("password").await;
}

/// User ID and password into the page that asks for them.
pub(crate) async fn give_password(chrome: &Chrome, user_id: &str, password: &str) {
    chrome.expect_step("password").await;
    chrome.fill("user_id", user_id).await;
    chrome.fill("password", password).await;
    chrome.press("log-in").await;
}

/// An OTP into the page that asks for it.
pub(crate) async fn give_otp(chrome: &Chrome, otp: &str) {
    chrome.fill("otp", otp).await;
    chrome.press("submit").await;
}

/// A whole login of somebody with a soft token, from an application's address to its home page.
pub(crate) async fn log_in_with_app(chrome: &Chrome, application: &str, user: &User) {
    to_password_page(chrome, application).await;
    give_password(chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    give_otp(chrome, &user.totp_code().await.expect("a soft token")).await;
    expect_home(chrome, application, &user.user_id).await;
}

/// A whole login of somebody who gets OTPs by email.
pub(crate) async fn log_in_with_email(chrome: &Chrome, application: &str, user: &User, inbox: &Inbox) {
    to_password_page(chrome, application).await;
    let before = inbox.count().await;
    give_password(chrome, &user.user_id, user.password().expect("a password")).await;
    chrome.expect_step("otp").await;
    give_otp(chrome, &inbox.otp_after(before).await).await;
    expect_home(chrome, application, &user.user_id).await;
}

/// From the password page through *Forgot/reset password* to the page that asks for the emailed OTP, and that OTP.
pub(crate) async fn ask_for_reset(chrome: &Chrome, user_id: &str, inbox: &Inbox) -> String {
    let before = inbox.count().await;
    chrome.click("#forgot-password").await;
    chrome.expect_step("reset-user-id").await;
    chrome.fill("user_id", user_id).await;
    chrome.press("submit").await;
    chrome.expect_step("reset-otp").await;
    inbox.otp_after(before).await
}

/// The same, and on to the page that asks for the new password.
pub(crate) async fn to_new_password_page(chrome: &Chrome, user_id: &str, inbox: &Inbox) {
    let otp = ask_for_reset(chrome, user_id, inbox).await;
    give_otp(chrome, &otp).await;
    chrome.expect_step("reset-password").await;
}

/// The new password, twice.
pub(crate) async fn give_new_password(chrome: &Chrome, password: &str, again: &str) {
    chrome.fill("new_password", password).await;
    chrome.fill("confirm_password", again).await;
    chrome.press("submit").await;
}

/// One person's mails.
pub(crate) struct Inbox {
    mail: MailCatcher,
    address: String,
}

impl Inbox {
    /// The inbox of a user who has an email address.
    pub(crate) fn of(demo: &Demo, user: &User) -> Self {
        Self {
            mail: demo.mail().expect("a mail catcher"),
            address: user.email().expect("an email").to_owned(),
        }
    }

    /// How many mails have arrived.
    pub(crate) async fn count(&self) -> usize {
        self.mail.messages_to(&self.address).await.expect("the mailbox answers").len()
    }

    /// Wait for the OTP that arrives when there are more than `before` mails.
    pub(crate) async fn otp_after(&self, before: usize) -> String {
        self.mail.otp_after(&self.address, before).await.expect("a mail with an OTP")
    }

    /// Wait for a mail whose subject or text has these words in it.
    pub(crate) async fn wait_for(&self, words: &str) {
        for _ in 0..100 {
            let mails = self.mail.messages_to(&self.address).await.expect("the mailbox answers");
            if mails.iter().any(|mail| mail.subject.contains(words) || mail.text.contains(words)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail to {} has the words “{words}”", self.address);
    }
}

//! The whole first login in a browser that runs no scripts.

use conformance_tests::demo::{Demo, Options};

use super::chrome::{Chrome, Person};
use super::first_login::{code_of, shown_secret};
use super::steps::{self, GOOD_PASSWORD, Inbox};

/// Set a password, register a device, log in, and look at the account page: all by plain forms.
#[tokio::test]
async fn a_first_login_needs_no_scripts() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC102").expect("the user who was never set up");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start_as(Person { javascript: false, ..Person::default() }).await;
    chrome.go("data:text/html,<title>off</title><script>document.title='on'</script>").await;
    assert_eq!(chrome.driver.title().await.expect("a title"), "off", "this browser runs scripts after all");

    steps::to_password_page(&chrome, &demo.addresses().ccms).await;
    steps::to_new_password_page(&chrome, &user.user_id, &inbox).await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    chrome.press("close").await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("register-device").await;
    chrome.press("register").await;
    chrome.expect_step("scan-qr").await;
    let secret = shown_secret(&chrome).await;
    chrome.press("continue").await;
    chrome.expect_step("otp").await;
    steps::give_otp(&chrome, &code_of(&secret)).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    chrome.go(format!("{}/account", demo.issuer())).await;
    chrome.expect_text(&user.user_id).await;
    chrome.close().await;
}

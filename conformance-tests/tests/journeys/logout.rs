//! Logging out of one application ends the login at the issuer and at the other application.

use conformance_tests::demo::{Demo, Options};

use super::chrome::Chrome;
use super::shots::shoot;
use super::steps;

/// From CCMS, with DMS open beside it: DMS learns of it over the back channel.
#[tokio::test]
async fn from_ccms_ends_dms_too() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let maker = demo.user("HKABC1X1").expect("the maker");
    let (ccms, dms) = (&demo.addresses().ccms, &demo.addresses().dms);
    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, ccms, &maker).await;
    steps::enter(&chrome, dms).await;
    steps::expect_home(&chrome, dms, &maker.user_id).await;

    chrome.go(ccms).await;
    steps::expect_home(&chrome, ccms, &maker.user_id).await;
    chrome.press("log-out").await;
    chrome.expect("[data-page=logged-out]").await;
    chrome.expect_address(ccms).await;
    shoot(&chrome, "ccms-logged-out").await;

    // DMS shows its door again: its own session died by the back channel, not by this browser.
    let ended = chrome
        .until(async || {
            chrome.go(dms).await;
            chrome.has("#log-in").await
        })
        .await;
    assert!(ended, "DMS still lets the old session in: {}", chrome.text().await);
    // And the issuer knows nobody any more.
    chrome.click("#log-in").await;
    chrome.expect_step("choose-method").await;
    chrome.close().await;
}

/// Without a hint from an application the issuer asks first: a link on a strange page must not log anyone out.
#[tokio::test]
async fn without_a_hint_is_asked_first() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC101").expect("the user with a soft token");
    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, &demo.addresses().ccms, &user).await;
    chrome.go(format!("{}/end_session", demo.issuer())).await;
    chrome.expect_step("confirm-sign-out").await;
    shoot(&chrome, "confirm-sign-out").await;
    chrome.press("sign-out").await;
    chrome.expect_step("signed-out").await;
    shoot(&chrome, "signed-out").await;
    chrome.go(format!("{}/account", demo.issuer())).await;
    chrome.expect_step("choose-method").await;
    chrome.close().await;
}

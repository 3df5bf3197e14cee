//! Every login after the first, to both applications, by app and by email.

use conformance_tests::demo::{self, Demo, Options};

use super::chrome::Chrome;
use super::shots::shoot;
use super::steps::{self, Inbox};

/// CCMS Terminal by app.
#[tokio::test]
async fn to_ccms_with_the_app() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, &demo.addresses().ccms, &user).await;
    chrome.close().await;
}

/// CCMS Terminal by email.
#[tokio::test]
async fn to_ccms_with_email() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_email_user().expect("a user");
    let inbox = Inbox::of(demo, &user);
    let chrome = Chrome::start().await;
    steps::log_in_with_email(&chrome, &demo.addresses().ccms, &user, &inbox).await;
    chrome.close().await;
}

/// A Delegated Administrator comes to DMS, and is shown when and how they came last.
#[tokio::test]
async fn to_dms_with_the_app_and_last_access_is_shown() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let maker = demo.user("HKABC1X1").expect("the maker");
    let first = Chrome::start().await;
    steps::log_in_with_app(&first, &demo.addresses().dms, &maker).await;
    first.close().await;

    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, &demo.addresses().dms, &maker).await;
    let last = chrome.text_of("[data-last-access]").await;
    assert!(last.contains("ast access"), "{last}");
    shoot(&chrome, "dms-home").await;
    chrome.close().await;
}

/// One login serves both applications: the second one asks for nothing.
#[tokio::test]
async fn one_login_serves_both_applications() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let maker = demo.user("HKABC1X1").expect("the maker");
    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, &demo.addresses().ccms, &maker).await;
    steps::enter(&chrome, &demo.addresses().dms).await;
    steps::expect_home(&chrome, &demo.addresses().dms, &maker.user_id).await;
    chrome.close().await;
}

/// What the claims do not grant, an application says politely: a plain user has no menu in DMS.
#[tokio::test]
async fn dms_tells_a_business_user_that_there_is_nothing_for_them() {
    let demo = demo::shared().await.expect("a demo");
    let user = demo.draw_user().expect("a user");
    let chrome = Chrome::start().await;
    steps::log_in_with_app(&chrome, &demo.addresses().dms, &user).await;
    chrome.expect("[data-error=no-rights]").await;
    assert!(!chrome.has("nav.menu a").await, "a business user has no DA menu");
    shoot(&chrome, "dms-no-rights").await;
    chrome.close().await;
}

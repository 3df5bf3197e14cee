//! Every page fits a phone of 360 pixels: nothing to scroll sideways, nothing cut off, everything to be pressed.

use conformance_tests::demo::{Demo, Options};

use super::chrome::{Chrome, Person};
use super::first_login::{code_of, shown_secret};
use super::shots::shoot;
use super::steps::{self, GOOD_PASSWORD, Inbox};

/// The first login and the account page on a phone.
#[tokio::test]
async fn every_page_fits_a_phone() {
    let demo = Demo::start(Options::default()).await.expect("a demo");
    let user = demo.user("HKABC102").expect("the user who was never set up");
    let inbox = Inbox::of(&demo, &user);
    let chrome = Chrome::start_as(Person { viewport: (360, 740), ..Person::default() }).await;

    steps::enter(&chrome, &demo.addresses().ccms).await;
    chrome.expect_step("choose-method").await;
    fits(&chrome).await;
    chrome.press("otp").await;
    chrome.expect_step("password").await;
    fits(&chrome).await;
    shoot(&chrome, "password-narrow").await;
    let otp = steps::ask_for_reset(&chrome, &user.user_id, &inbox).await;
    fits(&chrome).await;
    steps::give_otp(&chrome, &otp).await;
    chrome.expect_step("reset-password").await;
    fits(&chrome).await;
    steps::give_new_password(&chrome, "abc", "abd").await;
    chrome.expect("[data-error]").await;
    fits(&chrome).await;
    steps::give_new_password(&chrome, GOOD_PASSWORD, GOOD_PASSWORD).await;
    chrome.expect_step("reset-done").await;
    fits(&chrome).await;
    chrome.press("close").await;
    steps::give_password(&chrome, &user.user_id, GOOD_PASSWORD).await;
    chrome.expect_step("register-device").await;
    fits(&chrome).await;
    chrome.press("skip").await;
    chrome.expect_step("email-risk").await;
    fits(&chrome).await;
    chrome.press("back").await;
    chrome.expect_step("register-device").await;
    chrome.press("register").await;
    chrome.expect_step("scan-qr").await;
    fits(&chrome).await;
    shoot(&chrome, "scan-qr-narrow").await;
    let secret = shown_secret(&chrome).await;
    chrome.press("continue").await;
    chrome.expect_step("otp").await;
    fits(&chrome).await;
    steps::give_otp(&chrome, &code_of(&secret)).await;
    steps::expect_home(&chrome, &demo.addresses().ccms, &user.user_id).await;
    fits(&chrome).await;
    shoot(&chrome, "ccms-home-narrow").await;
    chrome.go(format!("{}/account", demo.issuer())).await;
    chrome.expect_text(&user.user_id).await;
    fits(&chrome).await;
    chrome.close().await;
}

/// Nothing is wider than the viewport, and every control is at least 24 pixels high (WCAG 2.2, 2.5.8).
async fn fits(chrome: &Chrome) {
    let found = chrome.evaluate(MISFITS).await;
    let address = chrome.address().await;
    assert_eq!(found, serde_json::json!([]), "does not fit 360 px at {address} ({:?})", chrome.step().await);
}

const MISFITS: &str = r"
const wide = document.documentElement.clientWidth;
const found = [];
if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
for (const element of document.querySelectorAll('main *')) {
  const box = element.getBoundingClientRect();
  if (box.width > 0 && box.height > 0 && box.right > wide + 1 && !element.closest('[data-scrolls]'))
    found.push(element.tagName + '#' + element.id + ' ends at ' + box.right);
}
for (const control of document.querySelectorAll('button, input:not([type=hidden])')) {
  const box = control.getBoundingClientRect();
  if (box.width > 0 && !['checkbox', 'radio'].includes(control.type) && box.height < 24)
    found.push(control.tagName + '#' + control.id + ' is only ' + box.height + ' high');
}
return found;
";

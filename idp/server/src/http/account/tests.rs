//! The user's own page through the router.

use crate::http::test_browser::{House, PASSWORD, SECRET, TestBrowser};

/// At `/account`, logged in by app.
async fn at_account(house: &House) -> TestBrowser {
    let mut browser = house.browser();
    browser.get("/nowhere").await;
    browser.visit("/account").await.is("choose-method");
    browser.submit("otp", &[]).await.is("password");
    browser.submit("log-in", &[("user_id", "HKABC101"), ("password", PASSWORD)]).await.is("otp");
    browser.submit("submit", &[("otp", &house.otp(SECRET))]).await.is("account");
    house.node.clock.advance_seconds(30);
    browser
}

#[tokio::test]
async fn changing_the_channel_to_email_and_back() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_account(&house).await;
    let page = browser.submit("use-email", &[]).await;
    assert_eq!(page.is("otp").attribute("main", "data-purpose").as_deref(), Some("step-up"));
    browser.submit("submit", &[("otp", &house.otp(SECRET))]).await.is("email-risk");
    let page = browser.submit("accept", &[]).await;
    assert_eq!(page.is("account").attribute("#channel", "data-channel").as_deref(), Some("email"));
    assert!(page.attribute("[data-news=news-channel-changed]", "data-news").is_some());

    let page = browser.submit("register-device", &[]).await;
    assert_eq!(page.is("otp").attribute("main", "data-channel").as_deref(), Some("email"));
    let otp = house.mailed_otp().await;
    let page = browser.submit("submit", &[("otp", &otp)]).await;
    let secret = page.is("scan-qr").text_of("[data-totp-secret]").unwrap();
    browser.submit("continue", &[]).await.is("otp");
    let page = browser.submit("submit", &[("otp", &house.otp(&secret))]).await;
    assert_eq!(page.is("account").attribute("#channel", "data-channel").as_deref(), Some("app"));
}

#[tokio::test]
async fn changing_the_password() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_account(&house).await;
    let new = "teal-badger-violin-58";
    let fields = |current, new, confirmed| {
        [("current_password", current), ("new_password", new), ("confirm_password", confirmed)]
    };
    let change = "change-password";
    browser.submit(change, &fields("", new, new)).await.refuses("account", "required");
    browser.submit(change, &fields("wrong", new, new)).await.refuses("account", "wrong-password");
    for (candidate, confirmed, rule) in [(PASSWORD, PASSWORD, "reused"), (PASSWORD, new, "mismatch")] {
        let page = browser.submit(change, &fields(PASSWORD, candidate, confirmed)).await;
        page.refuses("account", "password-policy");
        assert!(page.attribute(&format!("[data-rule={rule}]"), "data-rule").is_some(), "{rule}");
    }
    browser.submit(change, &fields(PASSWORD, new, new)).await.is("account");
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut elsewhere = at_account(&house).await;
    let mut browser = at_account(&house).await;
    let page = browser.visit("/account").await;
    assert!(page.is("account").text.contains("Firefox, Linux"));
    let id = page.attribute("input[name=session]", "value").unwrap();
    browser.submit("end-session", &[("session", &id)]).await.is("account");
    elsewhere.visit("/account").await.is("choose-method");
    let page = browser.submit("sign-out", &[]).await;
    page.is("signed-out");
    assert!(!browser.cookies.contains_key("cs_session"));
    browser.visit("/account").await.is("choose-method");
}

#[tokio::test]
async fn without_a_session_nothing_is_done() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_account(&house).await;
    let cookie = browser.cookies.remove("cs_session").unwrap();
    browser.submit("sign-out", &[]).await.is("choose-method");
    browser.cookies.insert("cs_session".to_owned(), cookie);
    browser.visit("/account").await.is("account");
    browser.post("made-up", "sign-out", &[]).await.refuses("error", "csrf");
    browser.visit("/account").await.is("account");
}

//! The journey through the router, as a browser without JavaScript walks it.

mod bootstrap;

use axum::http::{StatusCode, header};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::interaction::Reason;

use crate::http::test_browser::{House, PASSWORD, Page, SECRET, TestBrowser};

/// At the password page of a login on behalf of an application.
async fn at_password(house: &House) -> TestBrowser {
    let mut browser = house.browser();
    browser.get("/login/").await;
    browser.get("/nowhere").await;
    let sealed = browser.sealed(house, &house.application(Reason::NoSession));
    browser.visit(&format!("/login/?i={sealed}")).await.is("choose-method");
    browser.submit("otp", &[]).await.is("password");
    browser
}

async fn log_in(browser: &mut TestBrowser, user_id: &str, password: &str) -> Page {
    browser.submit("log-in", &[("user_id", user_id), ("password", password)]).await
}

fn wrong(otp: &str) -> String {
    otp.chars().map(|digit| char::from_digit((digit.to_digit(10).unwrap() + 1) % 10, 10).unwrap()).collect()
}

#[tokio::test]
async fn the_first_login_with_an_app_and_the_next_one() {
    let house = House::open().await;
    house.person("HKABC101").await;
    let mut browser = at_password(&house).await;
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("register-device");
    let page = browser.submit("register", &[]).await;
    let secret = page.is("scan-qr").text_of("[data-totp-secret]").unwrap();
    let page = browser.submit("continue", &[]).await;
    assert_eq!(page.is("otp").attribute("main", "data-channel").as_deref(), Some("app"));
    let page = browser.submit("submit", &[("otp", &wrong(&house.otp(&secret)))]).await;
    page.refuses("otp", "wrong-otp");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.submit("submit", &[("otp", &house.otp(&secret))]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(browser.url.starts_with("/authorize/resume?i="), "{}", browser.url);
    let set: Vec<_> = page.headers.get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    for name in ["cs_session=css_", "cs_known="] {
        let cookie = set.iter().find(|cookie| cookie.starts_with(name)).expect(name);
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }

    house.node.clock.advance_seconds(30);
    let sealed = browser.sealed(&house, &house.application(Reason::AskedToLogIn));
    let page = browser.visit(&format!("/login/password?i={sealed}")).await;
    assert_eq!(page.is("password").attribute("#user_id", "value").as_deref(), Some("HKABC101"), "login_hint");
    let former = browser.cookies["cs_session"].clone();
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("otp");
    browser.submit("submit", &[("otp", &house.otp(&secret))]).await;
    assert_ne!(browser.cookies["cs_session"], former, "a login renews the cookie");
    let page = browser.visit("/account").await;
    assert!(page.is("account").text.contains("HKABC101"));
}

#[tokio::test]
async fn the_first_login_by_email() {
    let house = House::open().await;
    house.person("HKABC101").await;
    let mut browser = at_password(&house).await;
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("register-device");
    browser.submit("skip", &[]).await.is("email-risk");
    browser.submit("back", &[]).await.is("register-device");
    browser.submit("skip", &[]).await.is("email-risk");
    let page = browser.submit("accept", &[]).await;
    assert_eq!(page.is("otp").attribute("main", "data-channel").as_deref(), Some("email"));
    let page = browser.submit("resend", &[]).await;
    page.refuses("otp", "resend-too-soon");
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    house.node.clock.advance_seconds(30);
    browser.submit("resend", &[]).await.is("otp");
    let otp = house.mailed_otp().await;
    browser.submit("submit", &[("otp", &wrong(&otp))]).await.refuses("otp", "wrong-otp");
    browser.submit("submit", &[("otp", "")]).await.refuses("otp", "required");
    browser.submit("submit", &[("otp", &otp)]).await;
    assert!(browser.url.starts_with("/authorize/resume?i="));
}

#[tokio::test]
async fn forgotten_password() {
    let house = House::open().await;
    house.person("HKABC101").await;
    let mut browser = at_password(&house).await;
    let page = browser.visit(&browser.url.clone()).await;
    let forgot = page.attribute("#forgot-password", "href").unwrap();
    browser.visit(&forgot).await.is("reset-user-id");
    browser.submit("submit", &[("user_id", "")]).await.refuses("reset-user-id", "required");
    browser.submit("submit", &[("user_id", "hkabc101")]).await.is("reset-otp");
    let otp = house.mailed_otp().await;
    browser.submit("submit", &[("otp", &wrong(&otp))]).await.refuses("reset-otp", "wrong-otp");
    browser.submit("submit", &[("otp", &otp)]).await.is("reset-password");
    let short = [("new_password", "short"), ("confirm_password", "other")];
    let page = browser.submit("submit", &short).await;
    page.refuses("reset-password", "password-policy");
    for rule in ["too-short", "too-guessable", "mismatch"] {
        assert!(page.attribute(&format!("[data-rule={rule}]"), "data-rule").is_some(), "{rule}");
    }
    let new = "teal-badger-violin-58";
    browser.submit("submit", &[("new_password", new), ("confirm_password", new)]).await.is("reset-done");
    browser.submit("close", &[]).await.is("password");
    log_in(&mut browser, "HKABC101", PASSWORD).await.refuses("password", "wrong-credentials");
    log_in(&mut browser, "HKABC101", new).await.is("register-device");
}

#[tokio::test]
async fn known_and_unknown_users_see_the_same() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut pages = Vec::new();
    for user_id in ["HKABC101", "HKABC199"] {
        let mut browser = at_password(&house).await;
        let mut seen = Vec::new();
        for _ in 0..6 {
            let page = log_in(&mut browser, user_id, "wrong").await;
            seen.push((page.status, page.error(), page.text_of("[role=alert]")));
        }
        browser.url = browser.url.replace("/password?", "/reset?");
        let page = browser.submit("submit", &[("user_id", user_id)]).await;
        seen.push((page.status, page.error(), page.text_of("h1")));
        let page = browser.submit("submit", &[("otp", "00000000")]).await;
        seen.push((page.status, page.error(), page.text_of("[role=alert]")));
        pages.push(seen);
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0][5].1.as_deref(), Some("slow-down"));
}

#[tokio::test]
async fn what_was_begun_in_one_browser_is_nothing_in_another() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut victim = at_password(&house).await;
    let interaction = victim.url.clone();
    log_in(&mut victim, "HKABC101", PASSWORD).await.is("otp");
    let mut thief = at_password(&house).await;
    thief.get(&interaction).await.refuses("error", "expired");
    thief.url.clone_from(&victim.url);
    thief.submit("submit", &[("otp", &house.otp(SECRET))]).await.refuses("error", "expired");
    assert!(!thief.cookies.contains_key("cs_session"));
    victim.submit("submit", &[("otp", &house.otp(SECRET))]).await;
    assert!(victim.cookies.contains_key("cs_session"));
    victim.url = thief.url.clone();
    victim.get(&thief.url).await.refuses("error", "expired");
}

#[tokio::test]
async fn forms_need_the_token_of_their_browser() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_password(&house).await;
    let mut other = at_password(&house).await;
    let page = other.visit(&other.url.clone()).await;
    let foreign = page.attribute("input[name=csrf]", "value").unwrap();
    for token in ["", "made-up", &foreign] {
        let fields = [("user_id", "HKABC101"), ("password", PASSWORD)];
        let page = browser.post(token, "log-in", &fields).await;
        page.refuses("error", "csrf");
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let url = browser.url.replace("/login/password?", "/login/?");
    browser.url = url;
    browser.post("made-up", "otp", &[]).await.refuses("error", "csrf");
}

#[tokio::test]
async fn five_wrong_otps_lock_and_say_so() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_password(&house).await;
    let password_page = browser.url.clone();
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("otp");
    for _ in 0..4 {
        browser.submit("submit", &[("otp", &wrong(&house.otp(SECRET)))]).await.refuses("otp", "wrong-otp");
    }
    let page = browser.submit("submit", &[("otp", &wrong(&house.otp(SECRET)))]).await;
    page.refuses("error", "locked");
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    browser.visit(&password_page).await.is("password");
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("otp");
    browser.submit("submit", &[("otp", &house.otp(SECRET))]).await.refuses("error", "locked");
}

#[tokio::test]
async fn the_smartcard_is_politely_refused_for_now() {
    let house = House::open().await;
    let mut browser = at_password(&house).await;
    browser.url = browser.url.replace("/password?", "/?");
    let page = browser.submit("smartcard", &[]).await;
    page.refuses("error", "smartcard-unavailable");
    let next = page.attribute("#next", "href").unwrap();
    browser.visit(&next).await.is("choose-method");
}

#[tokio::test]
async fn a_step_up_asks_for_what_is_missing() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_password(&house).await;
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("otp");
    browser.submit("submit", &[("otp", &house.otp(SECRET))]).await;
    house.node.clock.advance_seconds(30);
    let mut interaction = house.application(Reason::StrongerFactor);
    interaction.requirement.acr = Some(Acr::OtpApp);
    let sealed = browser.sealed(&house, &interaction);
    let page = browser.visit(&format!("/login/?i={sealed}")).await;
    assert_eq!(page.is("otp").attribute("main", "data-purpose").as_deref(), Some("step-up"));
    browser.submit("submit", &[("otp", &house.otp(SECRET))]).await;
    assert!(browser.url.starts_with("/authorize/resume?i="));

    interaction.requirement.acr = Some(Acr::Passkey);
    let sealed = browser.sealed(&house, &interaction);
    let page = browser.visit(&format!("/login/?i={sealed}")).await;
    page.refuses("error", "stronger-factor-needed");
    let on = page.attribute("#next", "href").expect("a way on to the application");
    let sealed = on.strip_prefix("/authorize/resume?i=").unwrap();
    let id = &browser.cookies["cs_browser"];
    let going_on = countersign_service::interaction::open(house.services(), sealed, id).unwrap();
    assert!(going_on.best_reached);
}

#[tokio::test]
async fn nonsense_gets_an_answer() {
    let house = House::open().await;
    let mut browser = at_password(&house).await;
    for url in [
        "/login/?i=nonsense",
        "/login/password",
        "/login/password?i=%ff%fe",
        "/login/step",
        "/login/step?f=csf_nonsense",
        "/login/reset?i=nonsense",
        "/login/reset/otp?i=nonsense&r=nonsense",
        "/login/reset/password?f=nonsense",
        "/login/reset/done?i=nonsense",
    ] {
        let page = browser.get(url).await;
        page.refuses("error", "expired");
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{url}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    }
}

const CHINESE: Option<&str> = Some("zh-Hant-HK");

/// At the password page of a login for which the application wished for Traditional Chinese.
async fn at_chinese_password(house: &House) -> TestBrowser {
    let mut browser = house.browser();
    browser.get("/nowhere").await;
    let mut interaction = house.application(Reason::NoSession);
    interaction.ui_locales = Some("fr zh-HK".to_owned());
    let sealed = browser.sealed(house, &interaction);
    browser.visit(&format!("/login/?i={sealed}")).await;
    browser.submit("otp", &[]).await.is("password");
    browser
}

fn language(page: &Page) -> Option<String> {
    page.attribute("html", "lang")
}

/// The languages of the mails that wait.
async fn languages_of_mail(house: &House) -> Vec<String> {
    let lease = chrono::TimeDelta::days(1);
    let claimed = countersign_service::outbox::claim(house.services(), 100, lease).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.locale).collect()
}

#[tokio::test]
async fn the_application_s_language_holds_through_every_form() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_chinese_password(&house).await;
    for token in ["made-up", ""] {
        let page = browser.post(token, "log-in", &[]).await;
        assert_eq!((language(&page).as_deref(), page.error().as_deref()), (CHINESE, Some("csrf")));
    }
    browser.visit(&browser.url.clone()).await;
    let page = log_in(&mut browser, "HKABC101", "wrong").await;
    assert_eq!(language(page.refuses("password", "wrong-credentials")).as_deref(), CHINESE);
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("otp");
    let step = browser.url.clone();
    let page = browser.post("made-up", "submit", &[]).await;
    assert_eq!(language(page.refuses("error", "csrf")).as_deref(), CHINESE);
    browser.visit(&step).await;
    let wrong = wrong(&house.otp(SECRET));
    for error in ["wrong-otp", "wrong-otp", "wrong-otp", "wrong-otp", "locked", "expired"] {
        let page = browser.submit("submit", &[("otp", &wrong)]).await;
        assert_eq!(page.error().as_deref(), Some(error));
        assert_eq!(language(&page).as_deref(), CHINESE, "{error}");
    }
    let page = browser.get(&step).await;
    assert_eq!(language(page.refuses("error", "expired")).as_deref(), CHINESE);
    assert_eq!(languages_of_mail(&house).await, ["zh-Hant"], "the news of the lock");
}

#[tokio::test]
async fn mails_are_in_the_application_s_language_and_a_reset_too() {
    let house = House::open().await;
    house.person("HKABC101").await;
    let mut browser = at_chinese_password(&house).await;
    let password = browser.url.clone();
    log_in(&mut browser, "HKABC101", PASSWORD).await.is("register-device");
    browser.submit("skip", &[]).await.is("email-risk");
    browser.submit("accept", &[]).await.is("otp");
    assert_eq!(languages_of_mail(&house).await, ["zh-Hant"]);

    browser.visit(&password.replace("/login/password?", "/login/reset?")).await.is("reset-user-id");
    browser.submit("submit", &[("user_id", "HKABC101")]).await.is("reset-otp");
    let otp = house.mailed_otp().await;
    browser.submit("submit", &[("otp", &otp)]).await.is("reset-password");
    let (form, new) = (browser.url.clone(), "teal-badger-violin-58");
    let fields = [("new_password", new), ("confirm_password", new)];
    browser.submit("submit", &fields).await.is("reset-done");
    assert_eq!(languages_of_mail(&house).await, ["zh-Hant"], "the news of the password");
    browser.url = form;
    let page = browser.submit("submit", &fields).await;
    assert_eq!(language(page.refuses("error", "expired")).as_deref(), CHINESE);
}

#[tokio::test]
async fn a_link_on_the_page_wins_over_the_application() {
    let house = House::open().await;
    house.app_person("HKABC101").await;
    let mut browser = at_chinese_password(&house).await;
    let page = browser.visit(&format!("{}&lang=zh-Hans", browser.url)).await;
    assert_eq!(language(page.is("password")).as_deref(), Some("zh-Hans-CN"));
    let page = log_in(&mut browser, "HKABC101", PASSWORD).await;
    assert_eq!(language(page.is("otp")).as_deref(), Some("zh-Hans-CN"));
    let page = browser.submit("submit", &[("otp", &wrong(&house.otp(SECRET)))]).await;
    assert_eq!(language(page.refuses("otp", "wrong-otp")).as_deref(), Some("zh-Hans-CN"));
    let page = browser.post("made-up", "submit", &[]).await;
    assert_eq!(language(page.refuses("error", "csrf")).as_deref(), Some("zh-Hans-CN"));
}

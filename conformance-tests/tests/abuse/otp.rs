//! Emailed OTPs: in the browser that asked, five tries, once.

use anyhow::Result;
use conformance_tests::{Browser, Demo, User, demo};
use tokio::task::JoinSet;

use super::setup::{
    GOOD_PASSWORD, at_password, at_reset, at_reset_otp, expect_step, give_otp, give_password, has_session,
    let_in, wrong_otp,
};

/// The OTP of a reset, typed into another browser at the same address, is worth nothing there.
#[tokio::test]
async fn a_reset_otp_works_only_where_it_was_asked_for() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (victim, otp) = at_reset_otp(demo, &user).await?;
    let mut thief = at_reset(demo).await?;

    // The victim's address in the thief's browser.
    thief.open(victim.page()?.url.as_str()).await?;
    assert_ne!(thief.step().as_deref(), Some("reset-password"));
    if let Ok(mut form) = thief.page()?.form("submit") {
        form.set("otp", &otp);
        thief.submit(form).await?;
    }
    assert_ne!(thief.step().as_deref(), Some("reset-password"), "the OTP worked in a strange browser");

    // The victim's form, posted by the thief's browser.
    let mut form = victim.page()?.form("submit")?;
    form.set("otp", &otp);
    let page = thief.submit(form).await?;
    assert_ne!(page.step().as_deref(), Some("reset-password"), "the OTP worked in a strange browser");
    Ok(())
}

/// The OTP of the victim's reset does not finish a reset that the thief asked for on the same user ID.
#[tokio::test]
async fn two_resets_do_not_share_an_otp() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (_victim, otp) = at_reset_otp(demo, &user).await?;
    let (mut thief, _unseen) = at_reset_otp(demo, &user).await?;
    give_otp(&mut thief, &otp).await?;
    expect_step(&thief, "reset-otp")
}

/// Six wrong ones, then the right one: the tries are counted on the server, not in the browser's state.
#[tokio::test]
async fn five_tries_are_all_there_are() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (mut browser, otp) = at_reset_otp(demo, &user).await?;
    // The very first form again and again, as a program would: going back resets nothing.
    let first = browser.page()?.form("submit")?;
    for _ in 0..5 {
        let mut form = first.clone();
        form.set("otp", &wrong_otp(&otp));
        browser.submit(form).await?;
        assert_ne!(browser.step().as_deref(), Some("reset-password"));
    }
    let mut form = first.clone();
    form.set("otp", &otp);
    browser.submit(form).await?;
    expect_step(&browser, "reset-otp")
}

/// The same many at once: no more than five are even looked at.
#[tokio::test]
async fn five_tries_are_all_there_are_even_at_once() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (browser, otp) = at_reset_otp(demo, &user).await?;
    let mut form = browser.page()?.form("submit")?;
    form.set("otp", &wrong_otp(&otp));
    let cookies: Vec<String> =
        browser.cookies(&form.action).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let mut guesses = JoinSet::new();
    for _ in 0..24 {
        let request = http.post(form.action.clone()).header("cookie", cookies.join("; ")).form(&form.fields);
        guesses.spawn(async move { request.send().await?.text().await });
    }
    for guess in guesses.join_all().await {
        guess?;
    }
    let mut browser = browser;
    form.set("otp", &otp);
    browser.submit(form).await?;
    expect_step(&browser, "reset-otp")
}

/// An OTP that was used once is used up: the page before it, sent again, sets no second password.
#[tokio::test]
async fn a_reset_is_finished_once() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (mut browser, otp) = at_reset_otp(demo, &user).await?;
    let mut otp_form = browser.page()?.form("submit")?;
    otp_form.set("otp", &otp);
    browser.submit(otp_form.clone()).await?;
    expect_step(&browser, "reset-password")?;
    let mut password_form = browser.page()?.form("submit")?;
    password_form.set("new_password", GOOD_PASSWORD);
    password_form.set("confirm_password", GOOD_PASSWORD);
    browser.submit(password_form.clone()).await?;
    expect_step(&browser, "reset-done")?;

    browser.submit(otp_form).await?;
    assert_ne!(browser.step().as_deref(), Some("reset-password"), "the OTP worked twice");
    let other = "harbour timetable 91 Umbrella";
    password_form.set("new_password", other);
    password_form.set("confirm_password", other);
    browser.submit(password_form).await?;
    let mut fresh = at_password(demo).await?;
    give_password(&mut fresh, &user.user_id, other).await?;
    expect_step(&fresh, "password")
}

/// The OTP of a login by email: not in another browser, and not twice.
#[tokio::test]
async fn a_login_otp_works_once_where_it_was_asked_for() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_email_user()?;
    let (mut browser, otp) = at_email_otp(demo, &user).await?;
    let (mut thief, _unseen) = at_email_otp(demo, &user).await?;
    give_otp(&mut thief, &otp).await?;
    expect_step(&thief, "otp")?;

    let mut form = browser.page()?.form("submit")?;
    form.set("otp", &otp);
    browser.submit(form.clone()).await?;
    assert!(let_in(&browser)?, "the right OTP in the right browser: {:?}", browser.error_code());
    browser.submit(form).await?;
    assert!(!let_in(&browser)?, "the OTP worked twice");
    assert!(!has_session(demo, &mut thief).await?);
    Ok(())
}

async fn at_email_otp(demo: &Demo, user: &User) -> Result<(Browser, String)> {
    let mut browser = at_password(demo).await?;
    let mail = demo.mail()?;
    let before = mail.messages_to(user.email()?).await?.len();
    give_password(&mut browser, &user.user_id, user.password()?).await?;
    expect_step(&browser, "otp")?;
    let otp = mail.otp_after(user.email()?, before).await?;
    Ok((browser, otp))
}

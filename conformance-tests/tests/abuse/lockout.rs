//! Five wrong OTPs after a right password lock: somebody has the password who should not.

use anyhow::Result;
use conformance_tests::{Browser, Demo, User, demo};

use super::setup::{
    GOOD_PASSWORD, at_otp, at_password, at_reset_otp, expect_step, give_otp, give_password, has_session,
    let_in, wrong_totp,
};

/// The fifth wrong OTP locks; the right one, and the right password, are of no use after that.
#[tokio::test]
async fn five_wrong_codes_lock() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browser = at_otp(demo, &user).await?;
    let form = browser.page()?.form("submit")?;
    for n in 0..5 {
        expect_step(&browser, "otp")?;
        give_otp(&mut browser, &wrong_totp(&user, n)?).await?;
    }
    let mut right = form;
    right.set("otp", &user.totp_code().await?);
    browser.submit(right).await?;
    assert!(!has_session(demo, &mut browser).await?, "a locked profile was logged in");
    assert_locked(demo, &user, user.password()?).await
}

/// The count is the profile's, not the browser's: two wrong ones here and three there lock as well.
#[tokio::test]
async fn wrong_codes_add_up_over_browsers() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    for n in 0..5 {
        let mut browser = at_otp(demo, &user).await?;
        give_otp(&mut browser, &wrong_totp(&user, n)?).await?;
    }
    assert_locked(demo, &user, user.password()?).await
}

/// A right OTP in between starts the count anew.
#[tokio::test]
async fn a_right_code_starts_the_count_anew() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    for round in 0..2 {
        let mut browser = at_otp(demo, &user).await?;
        for n in 0..3 {
            give_otp(&mut browser, &wrong_totp(&user, 3 * round + n)?).await?;
            expect_step(&browser, "otp")?;
        }
        give_otp(&mut browser, &user.totp_code().await?).await?;
        assert!(let_in(&browser)?, "{:?}", browser.error_code());
    }
    Ok(())
}

/// The user is told by mail, and a reset of the password, which works, does not unlock.
#[tokio::test]
async fn a_reset_never_unlocks() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let before = demo.mail()?.messages_to(user.email()?).await?.len();
    let mut browser = at_otp(demo, &user).await?;
    for n in 0..5 {
        give_otp(&mut browser, &wrong_totp(&user, n)?).await?;
    }
    demo.mail()?.newest_after(user.email()?, before).await?;

    let (mut browser, otp) = at_reset_otp(demo, &user).await?;
    give_otp(&mut browser, &otp).await?;
    expect_step(&browser, "reset-password")?;
    let fields = [("new_password", GOOD_PASSWORD), ("confirm_password", GOOD_PASSWORD)];
    browser.fill_and_submit("submit", &fields).await?;
    expect_step(&browser, "reset-done")?;
    assert_locked(demo, &user, GOOD_PASSWORD).await
}

/// A login by a fresh browser with the right password goes nowhere.
async fn assert_locked(demo: &Demo, user: &User, password: &str) -> Result<()> {
    let mut browser: Browser = at_password(demo).await?;
    give_password(&mut browser, &user.user_id, password).await?;
    if browser.step().as_deref() == Some("otp") {
        give_otp(&mut browser, &user.totp_code().await?).await?;
    }
    assert!(!let_in(&browser)?, "a locked profile was logged in");
    assert!(browser.error_code().is_some(), "no word about it: {:?}", browser.step());
    assert!(!has_session(demo, &mut browser).await?, "a locked profile holds a session");
    Ok(())
}

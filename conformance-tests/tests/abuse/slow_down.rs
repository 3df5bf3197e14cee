//! Wrong passwords slow down whoever gives them; who has logged in from here before keeps an allowance of their own.

use std::time::Duration;

use anyhow::Result;
use conformance_tests::{Demo, Options, demo};
use tokio::sync::OnceCell;

use super::setup::{at_password, expect_step, give_password, log_in, to_password};

/// A demo whose first wait is so long that no test outlasts it by chance.
async fn patient() -> Result<&'static Demo> {
    static PATIENT: OnceCell<Demo> = OnceCell::const_new();
    let options = Options::default()
        .seed_users(20)
        .environment("COUNTERSIGN_POLICY__LOCKOUT__FIRST_WAIT_SECONDS", "120");
    PATIENT.get_or_try_init(|| Demo::start(options)).await
}

/// After a handful of wrong ones even the right one has to wait.
#[tokio::test]
async fn a_guesser_is_slowed_down() -> Result<()> {
    let demo = patient().await?;
    let user = demo.draw_user()?;
    let mut guesser = at_password(demo).await?;
    let mut slowed = false;
    for n in 0..12 {
        give_password(&mut guesser, &user.user_id, &format!("guess number {n}")).await?;
        slowed |= guesser.error_code().as_deref() == Some("slow-down");
    }
    assert!(slowed, "twelve wrong passwords, and no word of waiting");
    give_password(&mut guesser, &user.user_id, user.password()?).await?;
    expect_step(&guesser, "password")?;

    // From another browser too: what is slowed down is the guessing at this user ID.
    let mut other = at_password(demo).await?;
    give_password(&mut other, &user.user_id, user.password()?).await?;
    expect_step(&other, "password")
}

/// It is a wait and no lock: a moment later the right password is right.
#[tokio::test]
async fn the_wait_ends() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browser = at_password(demo).await?;
    for n in 0..7 {
        give_password(&mut browser, &user.user_id, &format!("guess number {n}")).await?;
        if browser.error_code().as_deref() == Some("slow-down") {
            break;
        }
    }
    assert_eq!(browser.error_code().as_deref(), Some("slow-down"));
    tokio::time::sleep(Duration::from_millis(2200)).await;
    give_password(&mut browser, &user.user_id, user.password()?).await?;
    expect_step(&browser, "otp")
}

/// Strangers' guessing does not keep the user out of the browser they always use.
#[tokio::test]
async fn a_known_browser_keeps_its_own_allowance() -> Result<()> {
    let demo = patient().await?;
    let user = demo.draw_user()?;
    let mut own = log_in(demo, &user, "openid").await?.browser;
    let mut stranger = at_password(demo).await?;
    for n in 0..12 {
        give_password(&mut stranger, &user.user_id, &format!("guess number {n}")).await?;
    }
    to_password(demo, &mut own).await?;
    give_password(&mut own, &user.user_id, user.password()?).await?;
    expect_step(&own, "otp")
}

/// The allowance is for the users who logged in from this browser, not for everyone.
#[tokio::test]
async fn a_known_browser_is_a_stranger_to_others() -> Result<()> {
    let demo = patient().await?;
    let (own, other) = (demo.draw_user()?, demo.draw_user()?);
    let mut browser = log_in(demo, &own, "openid").await?.browser;
    to_password(demo, &mut browser).await?;
    for n in 0..12 {
        give_password(&mut browser, &other.user_id, &format!("guess number {n}")).await?;
    }
    give_password(&mut browser, &other.user_id, other.password()?).await?;
    expect_step(&browser, "password")
}

/// The allowance is no free pass: guessing from a known browser is slowed down like any.
#[tokio::test]
async fn a_known_browser_is_slowed_down_too() -> Result<()> {
    let demo = patient().await?;
    let user = demo.draw_user()?;
    let mut own = log_in(demo, &user, "openid").await?.browser;
    to_password(demo, &mut own).await?;
    for n in 0..12 {
        give_password(&mut own, &user.user_id, &format!("guess number {n}")).await?;
    }
    give_password(&mut own, &user.user_id, user.password()?).await?;
    expect_step(&own, "password")
}

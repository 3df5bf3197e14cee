//! A TOTP step is never accepted twice (RFC 6238 §5.2), nor by two browsers at once.

use anyhow::Result;
use conformance_tests::demo;
use tokio::task::JoinSet;

use super::setup::{at_otp, expect_step, give_otp, let_in};

/// Somebody who read the code over the user's shoulder comes too late with it.
#[tokio::test]
async fn a_code_works_once() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut owner = at_otp(demo, &user).await?;
    let mut thief = at_otp(demo, &user).await?;
    let code = user.totp_code().await?;
    give_otp(&mut owner, &code).await?;
    assert!(let_in(&owner)?, "{:?}", owner.error_code());
    give_otp(&mut thief, &code).await?;
    expect_step(&thief, "otp")
}

/// An older step than the last one used is no good either, although the clock's tolerance would allow it.
#[tokio::test]
async fn an_older_code_does_not_follow_a_newer_one() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut first = at_otp(demo, &user).await?;
    let mut second = at_otp(demo, &user).await?;
    let older = user.totp_code().await?;
    let newer = user.totp_code().await?;
    give_otp(&mut first, &newer).await?;
    assert!(let_in(&first)?, "{:?}", first.error_code());
    give_otp(&mut second, &older).await?;
    expect_step(&second, "otp")
}

/// Six browsers, one code, at once: one of them gets in.
#[tokio::test]
async fn of_six_at_once_one_gets_in() -> Result<()> {
    let demo = demo::shared().await?;
    let user = demo.draw_user()?;
    let mut browsers = Vec::new();
    for _ in 0..6 {
        browsers.push(at_otp(demo, &user).await?);
    }
    let code = user.totp_code().await?;
    let mut racers = JoinSet::new();
    for mut browser in browsers {
        let code = code.clone();
        racers.spawn(async move {
            give_otp(&mut browser, &code).await?;
            let_in(&browser)
        });
    }
    let entered: Vec<bool> = racers.join_all().await.into_iter().collect::<Result<_>>()?;
    assert_eq!(entered.into_iter().filter(|entered| *entered).count(), 1, "a TOTP step works once");
    Ok(())
}

//! Nobody's mailbox is flooded: five OTPs an hour for one user ID, from however many browsers.

use anyhow::Result;
use conformance_tests::{Demo, Options};

use super::setup::{ask_reset, at_reset};

/// Nine requests from nine browsers and as many resends: five mails.
#[tokio::test]
async fn five_mails_an_hour() -> Result<()> {
    let options = Options::default().environment("COUNTERSIGN_POLICY__OTP__RESEND_SECONDS", "0");
    let demo = Demo::start(options).await?;
    let user = demo.user("HKABC103")?;
    for _ in 0..9 {
        let mut browser = at_reset(&demo).await?;
        ask_reset(&mut browser, &user.user_id).await?;
        if browser.step().as_deref() == Some("reset-otp") {
            browser.fill_and_submit("resend", &[]).await?;
        } else {
            assert_eq!(browser.error_code().as_deref(), Some("resend-limit"));
        }
    }
    let mail = demo.mail()?;
    mail.newest_after(user.email()?, 4).await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let arrived = mail.messages_to(user.email()?).await?.len();
    assert_eq!(arrived, 5, "mails in an hour");
    Ok(())
}

/// A mail goes to the registered address and nowhere else, whatever is typed.
#[tokio::test]
async fn a_typed_address_gets_nothing() -> Result<()> {
    let demo = Demo::start(Options::default()).await?;
    for typed in ["HKABC103\r\nBcc: evil@evil.example", "HKABC103,evil@evil.example", "evil@evil.example"] {
        let mut browser = at_reset(&demo).await?;
        ask_reset(&mut browser, typed).await?;
    }
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let strangers = demo.mail()?.messages_to("evil.example").await?;
    assert!(strangers.is_empty(), "{strangers:?}");
    Ok(())
}

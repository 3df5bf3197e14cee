//! Refresh tokens rotate; using an old one is theft, unless it is a retry after a lost answer (RFC 9700 §4.14.2).

use std::time::Duration;

use anyhow::Result;
use conformance_tests::{Demo, Options, Reply, demo};
use tokio::task::JoinSet;

use super::setup::{active, tokens};

/// Once the successor has been used, its predecessor can only be in a thief's hands: the whole family ends.
#[tokio::test]
async fn reuse_revokes_the_family() -> Result<()> {
    let demo = demo::shared().await?;
    let (login, first) = tokens(demo, &demo.draw_user()?).await?;
    let second = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    let third = login.party.refresh(&second.refresh_token()?).await?.granted()?;

    let reused = login.party.refresh(&first.refresh_token()?).await?;
    assert_eq!((reused.status, reused.error().as_str()), (400, "invalid_grant"));
    let after = login.party.refresh(&third.refresh_token()?).await?;
    assert_eq!((after.status, after.error().as_str()), (400, "invalid_grant"), "the family lives on");
    for reply in [&first, &second, &third] {
        assert!(
            !active(&login.party, &reply.access_token()?).await?,
            "an access token of the family lives on"
        );
    }
    Ok(())
}

/// The answer was lost on its way: the same request again is answered, and only one line goes on from there.
#[tokio::test]
async fn a_retry_after_a_lost_answer_is_not_theft() -> Result<()> {
    let demo = demo::shared().await?;
    let (login, first) = tokens(demo, &demo.draw_user()?).await?;
    let _lost = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    let again = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    login.party.refresh(&again.refresh_token()?).await?.granted()?;
    // Now the successor was used: the old one is theft from here on.
    let late = login.party.refresh(&first.refresh_token()?).await?;
    assert_eq!((late.status, late.error().as_str()), (400, "invalid_grant"));
    Ok(())
}

/// The retry has its time. After that the same request is theft.
#[tokio::test]
async fn a_late_retry_is_theft() -> Result<()> {
    let options = Options::default().environment("COUNTERSIGN_POLICY__TOKEN__REFRESH_RETRY_SECONDS", "1");
    let demo = Demo::start(options).await?;
    let (login, first) = tokens(&demo, &demo.user("HKABC101")?).await?;
    let second = login.party.refresh(&first.refresh_token()?).await?.granted()?;
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let late = login.party.refresh(&first.refresh_token()?).await?;
    assert_eq!((late.status, late.error().as_str()), (400, "invalid_grant"));
    let after = login.party.refresh(&second.refresh_token()?).await?;
    assert_eq!((after.status, after.error().as_str()), (400, "invalid_grant"), "the family lives on");
    Ok(())
}

/// Another client's proof does not make it a retry.
#[tokio::test]
async fn another_client_cannot_retry() -> Result<()> {
    let demo = demo::shared().await?;
    let (login, first) = tokens(demo, &demo.draw_user()?).await?;
    let stolen = demo.relying_party("conformance-post")?.refresh(&first.refresh_token()?).await?;
    assert_eq!((stolen.status, stolen.error().as_str()), (400, "invalid_grant"));
    login.party.refresh(&first.refresh_token()?).await?.granted()?;
    Ok(())
}

/// Thirty-two at once, all within the time of a retry: however many are answered, one line at most goes on.
#[tokio::test]
async fn of_thirty_two_at_once_one_line_goes_on() -> Result<()> {
    let demo = demo::shared().await?;
    let (login, first) = tokens(demo, &demo.draw_user()?).await?;
    let token = first.refresh_token()?;
    let mut racers = JoinSet::new();
    for _ in 0..32 {
        let (party, token) = (login.party.clone(), token.clone());
        racers.spawn(async move { party.refresh(&token).await });
    }
    let replies: Vec<Reply> = racers.join_all().await.into_iter().collect::<Result<_>>()?;
    assert!(replies.iter().all(|reply| reply.status < 500), "{replies:?}");
    let mut successors: Vec<String> = replies
        .iter()
        .filter(|reply| reply.status == 200)
        .map(Reply::refresh_token)
        .collect::<Result<_>>()?;
    assert!(!successors.is_empty(), "nobody won");
    successors.sort_unstable();
    successors.dedup();
    let mut lines = 0;
    for successor in &successors {
        lines += usize::from(login.party.refresh(successor).await?.status == 200);
    }
    assert!(lines <= 1, "{lines} lines go on from one refresh token");
    Ok(())
}

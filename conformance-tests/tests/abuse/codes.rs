//! Authorization codes: single use, whoever comes and however many at once (RFC 6749 §4.1.2, §10.5).

use anyhow::Result;
use conformance_tests::{Reply, demo};
use tokio::task::JoinSet;

use super::setup::{active, log_in};

/// A code used twice is refused, and what the first use brought is taken back.
#[tokio::test]
async fn a_replayed_code_takes_its_tokens_back() -> Result<()> {
    let demo = demo::shared().await?;
    let login = log_in(demo, &demo.draw_user()?, "openid offline_access").await?;
    let first = login.party.exchange(&login.request, &login.code).await?.granted()?;
    assert!(active(&login.party, &first.access_token()?).await?);

    let second = login.party.exchange(&login.request, &login.code).await?;
    assert_eq!((second.status, second.error().as_str()), (400, "invalid_grant"));
    assert_taken_back(&login.party, &first).await
}

/// A code that leaked to another client is worth nothing there, and stays good for its own.
#[tokio::test]
async fn another_client_cannot_use_a_code() -> Result<()> {
    let demo = demo::shared().await?;
    let login = log_in(demo, &demo.draw_user()?, "openid").await?;
    let thief = demo.relying_party("conformance-post")?;
    let stolen = thief.exchange(&login.request, &login.code).await?;
    assert_eq!((stolen.status, stolen.error().as_str()), (400, "invalid_grant"));
    Ok(())
}

/// Thirty-two at once: one wins, and since thirty-one others held the code too, its tokens are taken back.
#[tokio::test]
async fn of_thirty_two_at_once_one_wins_and_loses_it_again() -> Result<()> {
    let demo = demo::shared().await?;
    let login = log_in(demo, &demo.draw_user()?, "openid offline_access").await?;
    let mut racers = JoinSet::new();
    for _ in 0..32 {
        let (party, request, code) = (login.party.clone(), login.request.clone(), login.code.clone());
        racers.spawn(async move { party.exchange(&request, &code).await });
    }
    let replies: Vec<Reply> = racers.join_all().await.into_iter().collect::<Result<_>>()?;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!(won.len(), 1, "a code works once");
    for reply in &lost {
        assert_eq!((reply.status, reply.error().as_str()), (400, "invalid_grant"), "{}", reply.body);
    }
    assert_taken_back(&login.party, &won[0]).await
}

async fn assert_taken_back(party: &conformance_tests::RelyingParty, tokens: &Reply) -> Result<()> {
    assert!(!active(party, &tokens.access_token()?).await?, "the access token is still active");
    assert!(!active(party, &tokens.refresh_token()?).await?, "the refresh token is still active");
    let refreshed = party.refresh(&tokens.refresh_token()?).await?;
    assert_eq!((refreshed.status, refreshed.error().as_str()), (400, "invalid_grant"));
    assert_eq!(party.userinfo(&tokens.access_token()?).await?.status, 401);
    Ok(())
}

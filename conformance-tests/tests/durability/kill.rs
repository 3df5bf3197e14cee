//! `kill -9` under load, again and again: ten times in an ordinary run, a hundred with `COUNTERSIGN_SOAK=1`.

use std::time::Duration;

use anyhow::{Context as _, Result};
use conformance_tests::{Demo, Options};
use futures_util::future::try_join_all;

use super::ledger::{Exchanges, Line, Logins, Passwords, Refreshes};

/// Logins per round; each needs a user of its own, because a TOTP step is accepted once.
const LOGINS: usize = 4;

/// Nothing acknowledged is lost, nothing single-use works twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() -> Result<()> {
    let soak = std::env::var("COUNTERSIGN_SOAK").as_deref() == Ok("1");
    let rounds = if soak { 100 } else { 10 };
    let options = Options::default()
        .seed_users(2 * (rounds * LOGINS + 20))
        // The books are audited by more wrong guesses and logins than one person makes.
        .environment("COUNTERSIGN_POLICY__LOCKOUT__FREE_TRIES", "1000")
        .environment("COUNTERSIGN_POLICY__LOCKOUT__LOCK_AFTER_PASSWORDS", "10000");
    let mut demo = Demo::start(options).await?;
    let mut lines = vec![Logins::open(LOGINS)];
    for _ in 0..3 {
        lines.push(Refreshes::open(&demo).await?);
        lines.push(Exchanges::open(&demo).await?);
    }
    for _ in 0..2 {
        lines.push(Passwords::open(&demo).await?);
    }
    let mut facts = 0;
    for round in 0..rounds {
        work_until_killed(&mut demo, &mut lines, moment(round))
            .await
            .with_context(|| format!("round {round}"))?;
        demo.restart().await.with_context(|| format!("the restart of round {round}"))?;
        for line in &mut lines {
            facts += line.audit(&demo).await.with_context(|| format!("after kill {round}"))?;
        }
    }
    println!("{rounds} kills, {facts} acknowledged facts, none lost, none true twice");
    assert!(facts > rounds * 20, "too little work was done to say anything: {facts}");
    Ok(())
}

/// All lines work; the server is killed after `moment`; every line notices and stops.
async fn work_until_killed(demo: &mut Demo, lines: &mut [Line], moment: Duration) -> Result<()> {
    let pid = demo.process_id().context("a running server")?;
    let killer = tokio::spawn(async move {
        tokio::time::sleep(moment).await;
        std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status()
    });
    let shared: &Demo = demo;
    try_join_all(lines.iter_mut().map(|line| line.work(shared))).await?;
    assert!(killer.await??.success(), "the server was gone before it was killed");
    demo.kill();
    Ok(())
}

/// Not the same moment twice: spread by the golden ratio over one second and a half.
fn moment(round: usize) -> Duration {
    let spread = (round * 618) % 1000;
    Duration::from_millis(500 + u64::try_from(spread).unwrap_or_default())
}

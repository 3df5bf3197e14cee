//! The server at rest: how soon it is ready and what it occupies then.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use conformance_tests::{Demo, Options};

/// What was measured.
pub(crate) struct Idle {
    /// Of which process.
    pub(crate) what: &'static str,
    pub(crate) ready_ms: f64,
    pub(crate) resident_mib: f64,
}

/// The demo in one process, with its relying parties and mail server in it: more than an installation runs. Started
/// a second time, because the first start also makes the people.
pub(crate) async fn measure() -> Result<Idle> {
    let mut demo = Demo::start(Options::default()).await?;
    let mut best = f64::MAX;
    for _ in 0..5 {
        demo.kill();
        let start = Instant::now();
        demo.restart().await?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pid = demo.process_id().context("a running server")?;
    Ok(Idle {
        what: "the whole demo in one process: issuer, three applications, mail server",
        ready_ms: best,
        resident_mib: resident_mib(pid)?,
    })
}

fn resident_mib(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: u32 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(f64::from(kib) / 1024.0)
}

//! Load: how fast the product is, beside how fast this machine could be at all.
//!
//! `cargo run --release -p conformance-tests --bin load -- --soak` measures everything for as long as the published
//! figures were (so does `COUNTERSIGN_SOAK=1`); without, it makes a short pass, to see that everything still runs.
//! `--only WORD` measures only what has the word in its name (`client_credentials`, `authorize and code exchange`,
//! `introspection and refresh`, `password login`, `rest`, `flood`, `journeys`, `equal time`), for whoever works on it.
//! All are bounded in time and in number, speak to the loopback interface only, and print a Markdown document (`docs/performance.md`).

mod alike;
mod flood;
mod idle;
mod journeys;
mod limits;
mod percentiles;
mod rank;
mod report;
mod scenarios;
mod wrk;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use conformance_tests::{Demo, Options};

use limits::Limits;
use report::Report;

/// How long each measurement takes, and how many people take part.
#[derive(Clone, Copy, Debug)]
struct Extent {
    span: Duration,
    users: usize,
    journeys: usize,
    pairs: usize,
}

impl Extent {
    const SHORT: Self = Self { span: Duration::from_secs(2), users: 560, journeys: 40, pairs: 40 };
    const SOAK: Self = Self { span: Duration::from_secs(10), users: 1600, journeys: 200, pairs: 200 };
}

/// What is to be measured: everything, or what has a word in its name.
struct Choice(Option<String>);

impl Choice {
    fn wants(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|word| name.contains(word.as_str()))
    }
}

fn arguments() -> Result<(Extent, Choice)> {
    let soak = std::env::var("COUNTERSIGN_SOAK").as_deref() == Ok("1");
    let (mut extent, mut choice) = (if soak { Extent::SOAK } else { Extent::SHORT }, Choice(None));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--soak" => extent = Extent::SOAK,
            "--only" => choice = Choice(Some(arguments.next().context("a word after --only")?)),
            other => bail!("`--soak` and `--only WORD` are known, and not {other}"),
        }
    }
    Ok((extent, choice))
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let (extent, choice) = arguments()?;
    let report = Box::pin(measure(extent, &choice)).await?;
    print(&report.to_string());
    Ok(match report.missed() {
        [] => ExitCode::SUCCESS,
        missed => {
            say(&format!("missed: {}", missed.join("; ")));
            ExitCode::FAILURE
        }
    })
}

async fn measure(extent: Extent, choice: &Choice) -> Result<Report> {
    say("the limits of this machine");
    let limits = Limits::measure(extent.span).await?;
    let mut report = Report::new(limits)?;

    if choice.wants("rest") {
        say("the server at rest");
        report.idle(&idle::measure().await?);
    }

    say("peak rates");
    let demo = demo(extent).await?;
    for line in scenarios::measure(&demo, &limits, extent.span, choice).await? {
        report.rate(line);
    }

    if choice.wants("flood") {
        say("other endpoints under a flood of logins");
        report.flood(flood::measure(&demo, &limits, extent.span).await?);
    }
    if choice.wants("journeys") {
        say("whole journeys");
        report.journeys(&Box::pin(journeys::measure(&demo, extent.journeys)).await?);
    }
    if choice.wants("equal time") {
        say("equal time for known and unknown users");
        for test in alike::measure(&demo, extent.pairs).await? {
            report.alike(&test);
        }
    }
    Ok(report)
}

/// A release build of the product. Every limit that protects it from one source is lifted: all load has one source.
async fn demo(extent: Extent) -> Result<Demo> {
    let options = Options::default()
        .seed_users(extent.users)
        .environment("COUNTERSIGN_POLICY__LOCKOUT__SOURCE_TRIES_PER_HOUR", "1000000")
        .environment("COUNTERSIGN_LOGGING__LEVEL", "warn");
    Demo::start(options).await
}

#[expect(clippy::print_stderr, reason = "progress, for whoever waits")]
fn say(what: &str) {
    eprintln!("load: {what}");
}

#[expect(clippy::print_stdout, reason = "the report is the output of this program")]
fn print(report: &str) {
    println!("{report}");
}

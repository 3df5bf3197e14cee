//! Holds the running product to `docs/openapi.json`: Schemathesis calls every operation as a maker, as a checker and as
//! an operator, and nothing may fail, nothing may be answered that is not described, and a third must be answered 2xx.
//!
//! `contract SCHEMATHESIS [SECONDS]` starts a demo of its own with data of its own, logs people in as browsers do, and
//! runs the program at that path once for each caller.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use conformance_tests::{Demo, Options, RelyingParty};
use serde::Deserialize;

/// Who calls, and under which name the hooks know them.
const CALLERS: [(&str, &str); 4] = [
    ("maker", "HKABC1X1"),
    ("checker", "HKABC1X2"),
    ("operator", "OPS001"),
    // Nobody's run of its own: who signs, or asks for, what the other operator does.
    ("other_operator", "OPS002"),
];

/// Those who have a run.
const RUNS: [&str; 3] = ["maker", "checker", "operator"];

/// What a checker has no right to, however it is asked for: their calls would all end alike.
const NOT_FOR_CHECKERS: [&str; 4] = ["submit_request", "validate_request", "submit_batch", "validate_batch"];

/// A batch is drawn from the longest of all descriptions, and its lines are judged alike whoever sends them: one run that
/// tries them leaves the others time for the rest.
const NOT_FOR_OPERATORS: [&str; 2] = ["submit_batch", "validate_batch"];

/// Seconds of each run, where nothing is said.
const SECONDS: u32 = 60;

#[tokio::main]
#[expect(clippy::print_stderr, reason = "a program for people")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program for people")]
async fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().context("usage: contract SCHEMATHESIS [SECONDS]")?;
    let seconds = arguments.next().map(|text| text.parse()).transpose()?.unwrap_or(SECONDS);
    let seed = std::env::var("CONTRACT_SEED").unwrap_or_else(|_| "20261125".to_owned());
    let options = Options::default()
        // Answers are to be about the calls, not about how many there were, nor about how long ago a login was.
        .environment("COUNTERSIGN_POLICY__MANAGEMENT__REQUESTS_PER_MINUTE", "1000000")
        .environment("COUNTERSIGN_POLICY__MANAGEMENT__STEP_UP_SECONDS", "36000");
    let demo = Demo::start(options).await?;
    let party = demo.relying_party("admin-console")?;
    let work = tempfile::TempDir::with_prefix("contract-")?;

    let mut failed = Vec::new();
    let (mut all, mut well) = (0, 0);
    for caller in RUNS {
        let tokens = work.path().join("tokens.json");
        let mut held = Tokens::log_in(&demo, &party).await?;
        std::fs::write(&tokens, held.json())?;
        let tally = work.path().join(format!("{caller}.json"));
        let mut schemathesis = Command::new(&program)
            .args(["--config-file"])
            .arg(here("schemathesis/schemathesis.toml"))
            .args(["run", &format!("{}/api/v1/openapi.json", demo.issuer())])
            .args(["--max-time", &seconds.to_string(), "--seed", &seed])
            .args(left_out(caller))
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONPATH", here("schemathesis"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("CONTRACT_ISSUER", demo.issuer())
            .env("CONTRACT_CALLER", caller)
            .env("CONTRACT_TOKENS", &tokens)
            .env("CONTRACT_TALLY", &tally)
            .env("CONTRACT_SEED", &seed)
            .current_dir(work.path())
            .spawn()
            .context("starting Schemathesis")?;
        let status = loop {
            if let Some(status) = schemathesis.try_wait()? {
                break status;
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            held.refresh(&party, &tokens).await?;
        };
        let counts = Counts::read(&tally)?;
        println!("{caller}: {}", counts.summary());
        all += counts.all();
        well += counts.well();
        if !status.success() {
            failed.push(caller);
        }
    }
    println!("{well} of {all} calls were answered 2xx (seed {seed})");
    ensure!(failed.is_empty(), "the contract does not hold for: {}", failed.join(", "));
    if well * 3 < all {
        bail!("fewer than a third of all calls were answered 2xx: nothing much was tried");
    }
    Ok(())
}

fn left_out(caller: &str) -> impl Iterator<Item = &'static str> {
    let operations: &[&str] = match caller {
        "checker" => &NOT_FOR_CHECKERS,
        "operator" => &NOT_FOR_OPERATORS,
        _ => &[],
    };
    operations.iter().flat_map(|operation| ["--exclude-operation-id", operation])
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The access tokens of everyone who calls. They last five minutes, and a long run lasts longer.
struct Tokens {
    held: BTreeMap<&'static str, Held>,
    since: std::time::Instant,
}

struct Held {
    access: String,
    refresh: String,
}

impl Tokens {
    async fn log_in(demo: &Demo, party: &RelyingParty) -> Result<Self> {
        let mut held = BTreeMap::new();
        for (name, user_id) in CALLERS {
            let mut browser = demo.browser()?;
            let request =
                party.authorization().scope("openid directory offline_access").with("prompt", "consent");
            let user = demo.user(user_id)?;
            let callback = browser.authorize(&request, &user).await.with_context(|| user_id.to_owned())?;
            let reply = party.exchange(&request, callback.require("code")?).await?.granted()?;
            let tokens = Held { access: reply.access_token()?, refresh: reply.refresh_token()? };
            held.insert(name, tokens);
        }
        Ok(Self { held, since: since() })
    }

    /// New tokens, once the present ones are two minutes old.
    async fn refresh(&mut self, party: &RelyingParty, file: &Path) -> Result<()> {
        if self.since.elapsed().as_secs() < 120 {
            return Ok(());
        }
        for tokens in self.held.values_mut() {
            let reply = party.refresh(&tokens.refresh).await?.granted()?;
            *tokens = Held { access: reply.access_token()?, refresh: reply.refresh_token()? };
        }
        self.since = since();
        // Whoever reads it meanwhile reads the former one.
        let new = file.with_extension("new");
        std::fs::write(&new, self.json())?;
        Ok(std::fs::rename(new, file)?)
    }

    fn json(&self) -> String {
        let tokens: BTreeMap<_, _> = self.held.iter().map(|(name, held)| (*name, &held.access)).collect();
        serde_json::to_string(&tokens).unwrap_or_default()
    }
}

fn since() -> std::time::Instant {
    std::time::Instant::now()
}

/// How often each operation was answered how.
#[derive(Deserialize)]
#[serde(transparent)]
struct Counts(BTreeMap<String, BTreeMap<String, u64>>);

impl Counts {
    fn read(tally: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(tally).context("Schemathesis called nothing")?;
        Ok(serde_json::from_str(&text)?)
    }

    fn all(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    fn well(&self) -> u64 {
        let statuses = self.0.values().flatten();
        statuses.filter(|(status, _)| status.starts_with('2')).map(|(_, count)| count).sum()
    }

    fn summary(&self) -> String {
        let mut lines = vec![format!("{} of {} calls were answered 2xx", self.well(), self.all())];
        for (operation, statuses) in &self.0 {
            let told: Vec<_> = statuses.iter().map(|(status, count)| format!("{status}×{count}")).collect();
            lines.push(format!("  {operation}: {}", told.join(" ")));
        }
        lines.join("\n")
    }
}

//! `countersign bootstrap`.

use std::io::{BufRead as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use countersign_core::directory::console::{CLIENT_ID, Console};
use countersign_core::directory::founders::Founders;
use countersign_core::secret::SecretString;
use countersign_service::bootstrap::{Founded, SealedKeys, bootstrap, recover};

use crate::cli::{BootstrapOptions, ConsoleOptions};
use crate::node;

/// Makes the first two operators and registers the console, or lets two in again.
pub(crate) async fn run(options: BootstrapOptions) -> anyhow::Result<()> {
    let config = super::configuration(&options.config)?;
    let services = node::for_command(&config).await?;
    let founders = Founders::parse(&services.user_ids, &options.operators)?;
    let console = console(&options.console)?;
    if options.recover {
        let keys = keys(&options.key_files)?;
        recover(&services, &keys, &founders, console.as_ref(), print).await?;
    } else {
        let console = console.context("--console-redirect-uri is missing")?;
        bootstrap(&services, &founders, &console, print).await?;
    }
    writeln!(std::io::stdout().lock(), "{DONE}").context("it is done, and everything printed is valid")
}

/// The console, if one is given.
fn console(options: &ConsoleOptions) -> anyhow::Result<Option<Console>> {
    if options.redirect_uris.is_empty() {
        return Ok(None);
    }
    let keys = match &options.jwks {
        Some(path) => Some(key_set(path)?),
        None => None,
    };
    Ok(Some(Console::parse(&options.redirect_uris, &options.post_logout_redirect_uris, keys.as_ref())?))
}

fn key_set(path: &Path) -> anyhow::Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// The recovery keys: never from the command's arguments, which everybody on the machine can read.
fn keys(files: &[PathBuf]) -> anyhow::Result<SealedKeys> {
    if let [first, second] = files {
        return Ok(SealedKeys::typed(key_in(first)?, key_in(second)?));
    }
    prompt("Both recovery keys, one a line:");
    let mut lines = std::io::stdin().lock().lines();
    let mut next = || -> anyhow::Result<SecretString> {
        match lines.next() {
            Some(line) => Ok(SecretString::new(line.context("reading standard input")?)),
            None => bail!("standard input ended before both keys were read"),
        }
    };
    Ok(SealedKeys::typed(next()?, next()?))
}

fn key_in(path: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(SecretString::new(text))
}

#[expect(clippy::print_stderr, reason = "the command line speaks to its user")]
fn prompt(text: &str) {
    eprintln!("{text}");
}

/// Printed when everything above it is worth something.
const DONE: &str = "Done.";

fn print(founded: &Founded) -> std::io::Result<()> {
    show(&mut std::io::stdout().lock(), founded)
}

fn show(out: &mut impl Write, founded: &Founded) -> std::io::Result<()> {
    writeln!(
        out,
        "Shown once. Write it down before you close this window. It is valid when {DONE:?} stands below it."
    )?;
    writeln!(out, "\nEnrolment codes, to be handed over in person or by telephone, never by email:")?;
    for (user_id, code) in &founded.codes {
        writeln!(out, "  {user_id}  {}", code.expose())?;
    }
    let [first, second] = founded.keys.both();
    writeln!(
        out,
        "\nRecovery keys, each to be sealed and kept by another person; only both together let anybody in:"
    )?;
    writeln!(out, "  first   {}", first.expose())?;
    writeln!(out, "  second  {}", second.expose())?;
    if let Some(secret) = &founded.console_secret {
        writeln!(out, "\nThe console's credential, for its configuration and nowhere else:")?;
        writeln!(out, "  client_id      {CLIENT_ID}")?;
        writeln!(out, "  client_secret  {}", secret.expose())?;
    }
    writeln!(
        out,
        "\nBoth operators are written to as soon as `countersign serve` runs: the mail says where to begin.\n"
    )?;
    out.flush()
}

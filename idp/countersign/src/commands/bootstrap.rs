//! `countersign bootstrap`.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use countersign_core::directory::founders::Founders;
use countersign_core::secret::SecretString;
use countersign_service::bootstrap::{Founded, SealedKeys, bootstrap, recover};

use crate::cli::BootstrapOptions;
use crate::node;

/// Makes the first two operators, or lets two in again.
pub(crate) async fn run(options: BootstrapOptions) -> anyhow::Result<()> {
    let config = super::configuration(&options.config)?;
    let services = node::services(&config, node::connect(&config).await?)?;
    let founders = Founders::parse(&services.user_ids, &options.operators)?;
    let founded = if options.recover {
        let keys = keys(&options.key_files)?;
        recover(&services, &keys, &founders).await?
    } else {
        bootstrap(&services, &founders).await?
    };
    show(&founded);
    Ok(())
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

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
fn show(founded: &Founded) {
    println!("Shown once. Write it down before you close this window.\n");
    println!("Enrolment codes, to be handed over in person or by telephone, never by email:");
    for (user_id, code) in &founded.codes {
        println!("  {user_id}  {}", code.expose());
    }
    let [first, second] = founded.keys.both();
    println!(
        "\nRecovery keys, each to be sealed and kept by another person; only both together let anybody in:"
    );
    println!("  first   {}", first.expose());
    println!("  second  {}", second.expose());
    println!(
        "\nBoth operators are written to as soon as `countersign serve` runs: the mail says where to begin."
    );
}

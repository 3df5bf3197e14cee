//! `countersign audit`.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use countersign_core::audit::{CheckpointKey, Verdict};
use countersign_service::Services;
use countersign_service::audit::{self, CheckpointSource, Period, Witnesses};

use crate::cli::ConfigFile;
use crate::node;

/// Proves the trail; an error when anything is wrong with it.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) async fn verify(
    file: ConfigFile,
    checkpoints: Vec<PathBuf>,
    public_key: Option<PathBuf>,
) -> anyhow::Result<()> {
    let services = services(&file).await?;
    let files = checkpoints.iter().map(|path| source(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let keys = public_key.as_deref().map(keys).transpose()?.unwrap_or_default();
    let alone = (files.is_empty(), keys.is_empty());
    let verdict = audit::verify(&services, Witnesses { files, keys }).await?;
    for finding in &verdict.findings {
        println!("{finding}");
    }
    if verdict.more > 0 {
        println!("and {} further findings", verdict.more);
    }
    println!("{}", summary(&verdict, alone));
    if !verdict.findings.is_empty() {
        bail!("the audit trail is not as it was written");
    }
    Ok(())
}

fn summary(verdict: &Verdict, (no_files, no_keys): (bool, bool)) -> String {
    let Verdict { records, checkpoints, last, agreed, .. } = verdict;
    let mut summary = format!(
        "{records} records up to place {last}, {checkpoints} checkpoints; signed up to place {agreed}."
    );
    if no_files {
        summary += " Without --checkpoints, an end that was cut off with its checkpoints is not found.";
    }
    if no_keys {
        summary += " Without --public-key, the keys in the database are believed.";
    }
    summary
}

/// Prints the sealed records of `period`.
pub(crate) async fn export(file: ConfigFile, period: Period) -> anyhow::Result<()> {
    let services = services(&file).await?;
    audit::export(&services, period, &mut BufWriter::new(std::io::stdout())).await?;
    Ok(())
}

/// Prints the public keys.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) async fn key(file: ConfigFile) -> anyhow::Result<()> {
    let keys = audit::public_keys(&services(&file).await?).await?;
    if keys.is_empty() {
        bail!("no key yet: `countersign serve` makes it with the first checkpoint");
    }
    for key in keys {
        println!("{}", key.jwk());
    }
    Ok(())
}

async fn services(file: &ConfigFile) -> anyhow::Result<Services> {
    let config = super::configuration(file)?;
    node::for_command(&config).await
}

fn source(path: &Path) -> anyhow::Result<CheckpointSource> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("opening {name}"))?;
    Ok(CheckpointSource { name, lines: Box::new(BufReader::new(file)) })
}

fn keys(path: &Path) -> anyhow::Result<Vec<CheckpointKey>> {
    let reading = || format!("reading {}", path.display());
    let text = fs::read_to_string(path).with_context(reading)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys = lines.map(|line| CheckpointKey::parse(line).context("a line is no Ed25519 key as a JWK"));
    let keys = keys.collect::<anyhow::Result<Vec<_>>>().with_context(reading)?;
    if keys.is_empty() {
        bail!("{} holds no key", path.display());
    }
    Ok(keys)
}

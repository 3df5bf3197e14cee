//! `countersign config`.

use crate::cli::ConfigFile;

/// Says whether the configuration can be used.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(crate) fn check(file: &ConfigFile) -> anyhow::Result<()> {
    let config = super::configuration(file)?;
    println!("The configuration can be used. Issuer: {}", config.issuer.as_str());
    Ok(())
}

/// Prints the reference.
#[expect(clippy::print_stdout, clippy::unnecessary_wraps, reason = "a command, and it speaks to its user")]
pub(crate) fn reference() -> anyhow::Result<()> {
    print!("{}", countersign_server::config::reference());
    Ok(())
}

//! What the command line takes. Commands that do not work yet are not listed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use countersign_core::Timestamp;
use countersign_core::directory::batch_file::is_plain;

/// An OAuth 2.0 and OpenID Connect identity provider for clearing houses: nothing changes without a second signature.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves the issuer.
    Serve {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Brings the database's schema up to date.
    Migrate {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Makes the first two operators and registers the console, once; or lets two in again by the sealed recovery keys.
    Bootstrap(BootstrapOptions),
    /// Files what is to be brought in, for a checker to approve.
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Looks at the signing keys.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Proves the audit trail, and takes it out.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Checks and explains the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Prints the description of the management API, as JSON.
    Openapi,
    /// Runs everything on this machine, with people, applications and a mailbox to try it with.
    #[cfg(feature = "demo")]
    Demo(DemoOptions),
}

/// Two operators, and how they come to be.
#[derive(Debug, clap::Args)]
pub(crate) struct BootstrapOptions {
    /// An operator and their own mailbox: `OPS001=name@company.example`. Given twice, with different ones.
    #[arg(long = "operator", value_name = "USER_ID=EMAIL", required = true, value_parser = named)]
    pub(crate) operators: Vec<(String, String)>,
    /// Lets the two in again instead: needs both recovery keys, which are void afterwards.
    #[arg(long)]
    pub(crate) recover: bool,
    /// A file with one of the recovery keys, given twice; without, both are read from standard input, one a line.
    #[arg(long = "key-file", value_name = "FILE", requires = "recover")]
    pub(crate) key_files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) console: ConsoleOptions,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// The console through which operators sign.
#[derive(Debug, clap::Args)]
pub(crate) struct ConsoleOptions {
    /// Where the console receives the answers to its authorization requests; may be given several times. With
    /// `--recover`, puts the console back: its addresses and its credential are replaced.
    #[arg(long = "console-redirect-uri", value_name = "URI", required_unless_present = "recover")]
    pub(crate) redirect_uris: Vec<String>,
    /// Where a logout from the console returns to; may be given several times.
    #[arg(long = "console-post-logout-redirect-uri", value_name = "URI", requires = "redirect_uris")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// A JWK Set with the console's public keys, with which it proves itself (`private_key_jwt`); without, a secret is
    /// made and printed once (`client_secret_basic`).
    #[arg(long = "console-jwks", value_name = "FILE", requires = "redirect_uris")]
    pub(crate) jwks: Option<PathBuf>,
}

impl BootstrapOptions {
    /// What is wrong beyond what each option says by itself.
    pub(crate) fn misuse(&self) -> Option<&'static str> {
        if self.operators.len() != 2 {
            Some("--operator is given exactly twice")
        } else if !matches!(self.key_files.len(), 0 | 2) {
            Some("--key-file is given twice, or not at all")
        } else {
            None
        }
    }
}

fn named(text: &str) -> Result<(String, String), String> {
    let (user_id, mailbox) = text.split_once('=').ok_or("has the form USER_ID=EMAIL")?;
    Ok((user_id.to_owned(), mailbox.to_owned()))
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Files a list of users (CSV in UTF-8) as one change request: whole, or not at all.
    Users(UserList),
}

/// A list of users, and in whose name it is filed.
#[derive(Debug, clap::Args)]
pub(crate) struct UserList {
    /// The list. Its first line names the columns: `user_id` and `surname`, and any of `clearing_house`, `participant`,
    /// `other_names`, `status`, `email`, `enable_from`, `disable_after`, `settlement_agent`, `business_user_groups`,
    /// `access_levels`, `srn`, `certificate_expiry`.
    #[arg(value_name = "FILE")]
    pub(crate) list: PathBuf,
    /// In whose name: an operator or administrator who holds the maker's right. They adopt it, and another person
    /// approves.
    #[arg(long, value_name = "USER_ID")]
    pub(crate) maker: String,
    /// Why, for the checker.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: Option<String>,
    /// Judges the list and files nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// A reason, as the management API takes it.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("says nothing".to_owned()),
        1..=500 if is_plain(text) => Ok(text.to_owned()),
        1..=500 => Err("holds control characters or markup".to_owned()),
        _ => Err("is longer than 500 characters".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Lists every key, oldest first.
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Finds every record that was edited, removed, inserted, moved or cut off, and names it.
    Verify {
        #[command(flatten)]
        config: ConfigFile,
        /// Checkpoints that left the machine, one JSON object a line; may be given several times.
        #[arg(long, value_name = "FILE")]
        checkpoints: Vec<PathBuf>,
        /// The public keys that checkpoints must be signed with, as `audit key` printed them; those of the database
        /// unless given.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Prints the sealed records as JSON, one a line, in the order of the chain.
    Export {
        #[command(flatten)]
        config: ConfigFile,
        /// Records written from then on: `2026-11-25` (in Hong Kong) or `2026-11-25T08:00:00Z`.
        #[arg(long, value_name = "TIME", value_parser = moment)]
        from: Option<Timestamp>,
        /// Records written before then.
        #[arg(long, value_name = "TIME", value_parser = moment)]
        to: Option<Timestamp>,
    },
    /// Prints the public keys that sign checkpoints, one JWK a line, oldest first.
    Key {
        #[command(flatten)]
        config: ConfigFile,
    },
}

/// A day in Hong Kong, where it begins, or an instant (RFC 3339).
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(instant) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    // Hong Kong has kept UTC+8 without summer time since 1979.
    chrono::DateTime::parse_from_rfc3339(&format!("{text}T00:00:00+08:00"))
        .map(|instant| instant.to_utc())
        .map_err(|_| "is neither a date (2026-11-25) nor an instant (2026-11-25T08:00:00Z)".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Reads a configuration and starts nothing.
    Check {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Prints every key with its type, default, environment variable and meaning.
    Reference,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConfigFile {
    /// The configuration, in TOML; `COUNTERSIGN_…` variables override it.
    #[arg(long = "config", value_name = "FILE")]
    pub(crate) path: PathBuf,
}

/// How the demo runs.
#[cfg(feature = "demo")]
#[derive(Debug, clap::Args)]
pub(crate) struct DemoOptions {
    /// Where its database, secrets and credentials are; made where absent, kept where present.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    pub(crate) data: PathBuf,
    /// The phase of the migration, in a fresh data directory: pre-parallel, parallel-run or complete.
    #[arg(long, value_name = "P", default_value = "parallel-run")]
    pub(crate) phase: countersign_core::directory::phase::Phase,
    /// This many further users who are ready to log in, in a fresh data directory.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed_users: usize,
    #[command(flatten)]
    pub(crate) ports: Ports,
}

/// Where everything listens, on loopback.
#[cfg(feature = "demo")]
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Ports {
    /// Countersign itself.
    #[arg(long = "issuer-port", value_name = "PORT", default_value_t = 8080)]
    pub(crate) issuer: u16,
    /// DMS.
    #[arg(long = "dms-port", value_name = "PORT", default_value_t = 8082)]
    pub(crate) dms: u16,
    /// CCMS Terminal.
    #[arg(long = "ccms-port", value_name = "PORT", default_value_t = 8083)]
    pub(crate) ccms: u16,
    /// The settlement agent's system.
    #[arg(long = "settlement-agent-port", value_name = "PORT", default_value_t = 8084)]
    pub(crate) settlement_agent: u16,
    /// The mail catcher's page.
    #[arg(long = "mail-port", value_name = "PORT", default_value_t = 8025)]
    pub(crate) mail: u16,
    /// The mail catcher's SMTP.
    #[arg(long = "smtp-port", value_name = "PORT", default_value_t = 1025)]
    pub(crate) smtp: u16,
    /// Reserved for the admin console, which this version does not have: nothing listens there.
    #[arg(long = "console-port", value_name = "PORT", default_value_t = 8081)]
    pub(crate) console: u16,
    /// Reserved for the card agent, which this version does not have: nothing listens there.
    #[arg(long = "card-agent-port", value_name = "PORT", default_value_t = 8085)]
    pub(crate) card_agent: u16,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_day_begins_in_hong_kong() {
        assert_eq!(super::moment("2026-11-25").unwrap().to_rfc3339(), "2026-11-24T16:00:00+00:00");
        let instant = super::moment("2026-11-25T09:00:00+09:00").unwrap();
        assert_eq!(instant.to_rfc3339(), "2026-11-25T00:00:00+00:00");
    }

    const AT: &str = "--console-redirect-uri=https://console.example/callback";

    #[test]
    fn misuse_is_exit_code_2() {
        let operator = "--operator=OPS001=a@x.example";
        let key = ["countersign", "bootstrap", "--config", "c", operator, operator, "--key-file", "k", AT];
        let no_console = ["countersign", "bootstrap", "--config", "c", operator, operator];
        let recover = [&no_console[..], &["--recover"]].concat();
        let half = [&recover[..], &["--console-jwks", "k"]].concat();
        let day = ["countersign", "audit", "export", "--config", "c", "--from", "25-NOV-26"];
        for wrong in [
            &["countersign"][..],
            &["countersign", "serve"],
            &["countersign", "bootstrap"],
            &key[..],
            &no_console[..],
            &half[..],
            &day[..],
        ] {
            let error = Cli::try_parse_from(wrong).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong:?}");
        }
        for right in [&recover[..], &[&no_console[..], &[AT]].concat()] {
            assert!(Cli::try_parse_from(right).is_ok(), "{right:?}");
        }
        for asked in [&["countersign", "--help"][..], &["countersign", "--version"]] {
            assert_eq!(Cli::try_parse_from(asked).unwrap_err().exit_code(), 0);
        }
    }
}

//! `countersign`: the command line, and the one place where the parts are put together.
//!
//! Exit codes: 0 done, 1 failed, 2 misused.

mod cli;
mod commands;
#[cfg(feature = "demo")]
mod demo;
mod logging;
mod node;
mod system;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use countersign_service::audit::Period;

use cli::{AuditCommand, Cli, Command, ConfigCommand, ImportCommand, KeysCommand};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { config } => on_runtime(commands::serve::run(config)),
        Command::Migrate { config } => on_runtime(commands::migrate::run(config)),
        Command::Bootstrap(options) => {
            if let Some(misuse) = options.misuse() {
                Cli::command().error(ErrorKind::WrongNumberOfValues, misuse).exit();
            }
            on_runtime(commands::bootstrap::run(options))
        }
        Command::Import { command: ImportCommand::Users(list) } => on_runtime(commands::import::users(list)),
        Command::Keys { command: KeysCommand::List { config } } => on_runtime(commands::keys::list(config)),
        Command::Audit { command: AuditCommand::Verify { config, checkpoints, public_key } } => {
            on_runtime(commands::audit::verify(config, checkpoints, public_key))
        }
        Command::Audit { command: AuditCommand::Export { config, from, to } } => {
            on_runtime(commands::audit::export(config, Period { from, to }))
        }
        Command::Audit { command: AuditCommand::Key { config } } => on_runtime(commands::audit::key(config)),
        Command::Config { command: ConfigCommand::Check { config } } => commands::config::check(&config),
        Command::Config { command: ConfigCommand::Reference } => commands::config::reference(),
        Command::Openapi => commands::openapi::run(),
        #[cfg(feature = "demo")]
        Command::Demo(options) => on_runtime(demo::run(options)),
    }
}

fn on_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    // Two providers may be compiled in through dependencies; ours is the one everything is built on.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

#[expect(clippy::print_stderr, reason = "the command line speaks to its user")]
fn complain(error: &anyhow::Error) {
    eprintln!("countersign: {error:#}");
}

//! The demo: everything in one process, on loopback, with people and applications to try it with.
//!
//! What is made here is made for this machine and this data directory alone. The database carries a mark that `serve`
//! refuses, and packages are built without any of this.

mod addresses;
mod applications;
mod cast;
mod credentials;
mod crowd;
mod data;
mod groups;
mod guide;
mod people;
mod running;
mod seed;

#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use countersign_server::config::{Config, Source, load};
use countersign_server::serve::Shutdown;

use crate::cli::DemoOptions;
use crate::{commands, logging, node};
use addresses::Addresses;
use data::DataDirectory;
use running::Listeners;

/// Runs the demo until Ctrl-C.
pub(crate) async fn run(options: DemoOptions) -> anyhow::Result<()> {
    let addresses = Addresses::new(options.ports);
    let data = DataDirectory::open(&options.data)?;
    let config = configuration(&data, &addresses)?;
    logging::install(&config.logging)?;
    let metrics = countersign_server::metrics::install()?;
    let shutdown = Shutdown::on_signals()?;
    // Everything that may be taken is taken before anything is written.
    let listeners = Listeners::bind(config.listen, options.ports)?;

    let store = node::connect(&config).await?;
    let services = Arc::new(node::services(&config, store)?);
    let credentials = seed::prepare(&services, &data, &addresses, options.phase, options.seed_users).await?;
    guide::print(&addresses, &credentials, &data);
    let issuer = running::start_others(&addresses, &credentials, listeners, &shutdown)?;
    node::run(&config, services, issuer, metrics, shutdown).await
}

/// The demo's own configuration, which the environment may override like any other.
fn configuration(data: &DataDirectory, addresses: &Addresses) -> anyhow::Result<Config> {
    let toml = written(data, addresses, std::io::stderr().is_terminal());
    let source = Source::Text { name: "the demo's configuration", toml: &toml, directory: data.path() };
    let config = load(&source, commands::environment())?;
    if !config.listen.ip().is_loopback() {
        bail!("the demo listens on loopback only, not on {}", config.listen);
    }
    Ok(config)
}

fn written(data: &DataDirectory, addresses: &Addresses, terminal: bool) -> String {
    let format = if terminal { "text" } else { "json" };
    let database = toml::Value::from(data.database_url());
    let (issuer, ports) = (&addresses.issuer, addresses.ports);
    format!(
        r#"
issuer = "{issuer}"
listen = "127.0.0.1:{}"
database = {{ url = {database}, migrate_on_start = true }}
master_key.file = "{}"
smtp = {{ host = "127.0.0.1", port = {}, security = "none", from = "Countersign demo <no-reply@countersign.example>" }}
outbound.private_addresses = true
policy.service_hours.enforced = false
logging = {{ format = "{format}", level = "info,sea_orm_migration=warn,mailin_embedded=warn" }}
"#,
        ports.issuer,
        data::MASTER_KEY,
        ports.smtp
    )
}

/// Reads `path`, or nothing where there is nothing.
fn read_if_present(path: &std::path::Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

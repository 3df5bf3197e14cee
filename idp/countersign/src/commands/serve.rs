//! `countersign serve`.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use countersign_server::serve::Shutdown;

use crate::cli::ConfigFile;
use crate::{logging, node};

pub(crate) async fn run(file: ConfigFile) -> anyhow::Result<()> {
    let config = super::configuration(&file)?;
    logging::install(&config.logging)?;
    let metrics = countersign_server::metrics::install()?;
    let shutdown = Shutdown::on_signals()?;
    let store = node::connect(&config).await?;
    if node::is_demo(&store).await? {
        bail!(
            "this database was made by `countersign demo`: its people and passwords are known to everyone. \
             Serve a database of your own"
        );
    }
    let services = Arc::new(node::services(&config, store)?);
    let listener =
        TcpListener::bind(config.listen).with_context(|| format!("listening on {}", config.listen))?;
    node::run(&config, services, listener, metrics, shutdown).await
}

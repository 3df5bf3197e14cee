//! Log lines on standard error: JSON for machines, text for people.

use anyhow::{Context as _, anyhow};
use countersign_server::config::{LogFormat, LoggingSettings};
use tracing_subscriber::EnvFilter;

/// Installs the process's logger.
pub(crate) fn install(settings: &LoggingSettings) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(&settings.level).with_context(|| format!("logging.level {:?}", settings.level))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match settings.format {
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Text => builder.compact().with_target(false).try_init(),
    };
    installed.map_err(|error| anyhow!("{error}"))
}

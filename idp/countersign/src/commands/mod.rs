//! What each command does.

pub(crate) mod audit;
pub(crate) mod bootstrap;
pub(crate) mod config;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;

use countersign_server::config::{Config, ConfigError, Source, load};

use crate::cli::ConfigFile;

/// The configuration from a file and the process's environment.
pub(crate) fn configuration(file: &ConfigFile) -> Result<Config, ConfigError> {
    load(&Source::File(&file.path), environment())
}

/// Environment variables that are text; others cannot be ours.
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

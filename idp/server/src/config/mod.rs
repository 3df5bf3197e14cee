//! What an installation sets: read from a TOML file and the environment, checked once, and then trusted.
//!
//! `settings` declares the keys with their defaults and meanings, `source` reads them, `checked` turns them into a
//! [`Config`] that cannot be wrong in itself, and `reference` prints the manual. Closed by default: an unknown key, a
//! contradiction, or plain http beyond loopback is an error that says where it stands.

mod checked;
mod network;
mod problem;
mod reference;
mod settings;
mod source;

#[cfg(test)]
mod tests;

pub use checked::{AuditTrail, Config, Smtp, SmtpCredentials, SyslogAddress, Tls};
pub use network::Network;
pub use problem::{ConfigError, Problem};
pub use reference::reference;
pub use settings::{
    AuditSettings, DatabaseSettings, LimitSettings, LogFormat, LoggingSettings, MasterKeySettings,
    MetricsSettings, PageSettings, ProxySettings, Settings, SmtpSecurity, SmtpSettings, TlsSettings,
};
pub use source::{ENVIRONMENT_PREFIX, Source, load, variable};

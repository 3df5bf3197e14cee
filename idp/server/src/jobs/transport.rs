//! The way to the mail server: STARTTLS or TLS with verified certificates, or nothing at all, to loopback.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::config::{Smtp, SmtpSecurity};

/// The way cannot be built: the mail server's name is none.
#[derive(Debug, thiserror::Error)]
#[error("mail cannot be sent: {0}")]
pub struct TransportError(#[from] lettre::transport::smtp::Error);

/// Connections to the mail server as the configuration says; none is opened yet.
pub fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, TransportError> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let builder = match smtp.security {
        SmtpSecurity::StartTls => Transport::starttls_relay(&smtp.host)?,
        SmtpSecurity::Tls => Transport::relay(&smtp.host)?,
        SmtpSecurity::None => Transport::builder_dangerous(&smtp.host),
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(smtp.timeout_seconds.into())));
    let builder = match &smtp.credentials {
        None => builder,
        Some(known) => {
            builder.credentials(Credentials::new(known.username.clone(), known.password.expose().to_owned()))
        }
    };
    Ok(builder.build())
}

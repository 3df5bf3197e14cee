//! The way to the mail server: STARTTLS or TLS with verified certificates, or nothing at all, to loopback.

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::config::{Smtp, SmtpSecurity};

/// The way cannot be built: the mail server's name is none, or a certificate to be trusted is not one.
#[derive(Debug, thiserror::Error)]
#[error("mail cannot be sent: {0}")]
pub struct TransportError(#[from] Error);

/// Connections to the mail server as the configuration says; none is opened yet.
pub fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, TransportError> {
    let protection = match smtp.security {
        SmtpSecurity::StartTls => Tls::Required(verification(smtp)?),
        SmtpSecurity::Tls => Tls::Wrapper(verification(smtp)?),
        SmtpSecurity::None => Tls::None,
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .tls(protection)
        .port(smtp.port)
        .timeout(Some(Duration::from_secs(smtp.timeout_seconds.into())));
    let builder = match &smtp.credentials {
        None => builder,
        Some(known) => {
            builder.credentials(Credentials::new(known.username.clone(), known.password.expose().to_owned()))
        }
    };
    Ok(builder.build())
}

/// The certificate must be for the server's name, and signed by whom the configuration or the system trusts.
fn verification(smtp: &Smtp) -> Result<TlsParameters, Error> {
    let parameters = TlsParameters::builder(smtp.host.clone());
    let parameters = match &smtp.authorities {
        None => parameters,
        Some(authorities) => {
            parameters.certificate_store(CertificateStore::None).add_root_certificate(authorities.clone())
        }
    };
    parameters.build_rustls()
}

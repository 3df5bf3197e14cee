//! TLS 1.2 and 1.3 by rustls; certificates are read again on SIGHUP.

use std::io;
use std::time::Duration;

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Tls;

pub(super) async fn acceptor(files: &Tls, handshake_timeout: Duration) -> io::Result<RustlsAcceptor> {
    let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await?;
    let mut hangups = signal(SignalKind::hangup())?;
    let (reloaded, files) = (config.clone(), files.clone());
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            match reloaded.reload_from_pem_file(&files.certificate, &files.key).await {
                Ok(()) => tracing::info!("certificate read again"),
                Err(error) => tracing::error!(%error, "certificate not read; the former one stays in use"),
            }
        }
    });
    Ok(RustlsAcceptor::new(config).handshake_timeout(handshake_timeout))
}

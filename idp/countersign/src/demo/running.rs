//! The applications and the mail catcher, beside the issuer in one process.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context as _, anyhow};
use countersign_server::serve::Shutdown;

use super::addresses::Addresses;
use super::applications::{CCMS, DMS, SETTLEMENT_AGENT};
use super::credentials::Credentials;
use crate::cli::Ports;
use crate::system;

/// Every address of the demo, taken.
pub(crate) struct Listeners {
    issuer: TcpListener,
    dms: TcpListener,
    ccms: TcpListener,
    settlement_agent: TcpListener,
    mail: TcpListener,
    smtp: TcpListener,
}

impl Listeners {
    pub(crate) fn bind(issuer: SocketAddr, ports: Ports) -> anyhow::Result<Self> {
        let on = |flag: &str, port: u16| bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), flag);
        Ok(Self {
            issuer: bind(issuer, "--issuer-port")?,
            dms: on("--dms-port", ports.dms)?,
            ccms: on("--ccms-port", ports.ccms)?,
            settlement_agent: on("--settlement-agent-port", ports.settlement_agent)?,
            mail: on("--mail-port", ports.mail)?,
            smtp: on("--smtp-port", ports.smtp)?,
        })
    }
}

fn bind(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("listening on {address} (change it with {flag})"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Starts everything but the issuer, and returns the issuer's listener.
pub(crate) fn start_others(
    addresses: &Addresses,
    credentials: &Credentials,
    listeners: Listeners,
    shutdown: &Shutdown,
) -> anyhow::Result<TcpListener> {
    let asked = || {
        let shutdown = shutdown.clone();
        async move { shutdown.requested().await }
    };
    let clock = system::clock();
    let catcher = mail_catcher::Config::new(move || clock.now());
    let mail = tokio::net::TcpListener::from_std(listeners.mail)?;
    spawn("mail catcher", mail_catcher::serve(catcher, listeners.smtp, mail, asked()));

    let dms = dms::Config::new(party(addresses, credentials, DMS, &addresses.dms)?);
    let listener = tokio::net::TcpListener::from_std(listeners.dms)?;
    spawn("DMS", dms::serve(dms, listener, asked()));

    let ccms = ccms_terminal::Config::new(party(addresses, credentials, CCMS, &addresses.ccms)?);
    let listener = tokio::net::TcpListener::from_std(listeners.ccms)?;
    spawn("CCMS Terminal", ccms_terminal::serve(ccms, listener, asked()));

    let agent = party(addresses, credentials, SETTLEMENT_AGENT, &addresses.settlement_agent)?;
    let agent = settlement_agent::Config::new(agent);
    let listener = tokio::net::TcpListener::from_std(listeners.settlement_agent)?;
    spawn("settlement agent", settlement_agent::serve(agent, listener, asked()));
    Ok(listeners.issuer)
}

/// How an application reaches the issuer.
fn party(
    addresses: &Addresses,
    credentials: &Credentials,
    client_id: &str,
    base: &str,
) -> anyhow::Result<relying_party_client::Config> {
    use relying_party_client::{ClientAuthentication, Secret};
    let client =
        credentials.client(client_id).with_context(|| format!("no {client_id} in credentials.json"))?;
    let authentication = match (&client.client_secret, &client.private_key_pem) {
        (Some(secret), _) => {
            ClientAuthentication::ClientSecretBasic { client_secret: Secret::new(secret.clone()) }
        }
        (None, Some(pem)) => {
            ClientAuthentication::PrivateKeyJwt { private_key_pem: Secret::new(pem.clone()), key_id: None }
        }
        (None, None) => return Err(anyhow!("{client_id} has neither secret nor key in credentials.json")),
    };
    Ok(relying_party_client::Config::new(base.parse()?, &addresses.issuer, client_id, authentication))
}

fn spawn<E: std::fmt::Display>(
    name: &'static str,
    serving: impl Future<Output = Result<(), E>> + Send + 'static,
) {
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(name, %error, "one of the demo's applications ended");
        }
    });
}

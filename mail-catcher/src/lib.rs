//! A mailbox for everyone: a real SMTP server that keeps what it receives in memory and shows it on a page.
//!
//! The demo and the tests send their mail to it over a socket, so that the path a message takes is the one it
//! takes in production; only the last hop is different. It speaks plain SMTP, keeps no disk and authenticates
//! nobody: bind it to loopback.

mod http;
mod mailbox;
mod smtp;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};

pub use mailbox::{Mailbox, Message};

/// What the catcher keeps and refuses.
#[derive(Clone)]
pub struct Config {
    /// How many messages are kept; the oldest one gives way to the newest.
    pub capacity: usize,
    /// The largest message accepted, in bytes of its raw form.
    pub max_message_bytes: usize,
    /// Where the time of arrival comes from.
    pub now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl Config {
    /// A thousand messages of at most one mebibyte each.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { capacity: 1_000, max_message_bytes: 1024 * 1024, now: Arc::new(now) }
    }
}

/// Receives mail on `smtp` and shows it on `web` until `shutdown` resolves.
///
/// The SMTP library serves from threads of its own and cannot be stopped: after `shutdown` it turns every new
/// session away with 421, and its threads end with the process.
pub async fn serve(
    config: Config,
    smtp: std::net::TcpListener,
    web: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let mailbox = Arc::new(Mailbox::new(config.capacity));
    let receiver =
        smtp::Receiver::start(&config, smtp, Arc::clone(&mailbox)).context("starting the SMTP server")?;
    let served = axum::serve(web, http::router(mailbox)).with_graceful_shutdown(shutdown).await;
    receiver.close();
    served.context("serving the mail catcher's page")
}

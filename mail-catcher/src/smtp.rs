//! The receiving end: RFC 5321 by mailin, one handler per session.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use mailin_embedded::{Action, Handler, Response, Server, SslConfig, response};

use crate::Config;
use crate::mailbox::{Delivery, Mailbox};

/// How many sessions are served at the same time; a sender's idle connection occupies one.
const SESSIONS: u32 = 16;

/// The running server, and the switch that makes it refuse further sessions.
pub(crate) struct Receiver {
    closed: Arc<AtomicBool>,
}

impl Receiver {
    pub(crate) fn start(
        config: &Config,
        listener: TcpListener,
        mailbox: Arc<Mailbox>,
    ) -> anyhow::Result<Self> {
        listener.set_nonblocking(false)?;
        let closed = Arc::new(AtomicBool::new(false));
        let session = Session {
            mailbox,
            now: Arc::clone(&config.now),
            max_bytes: config.max_message_bytes,
            closed: Arc::clone(&closed),
            from: String::new(),
            to: Vec::new(),
            raw: Vec::new(),
            oversized: false,
        };
        let mut server = Server::new(session);
        server
            .with_name("mail-catcher")
            .with_num_threads(SESSIONS)
            .with_tcp_listener(listener)
            .with_ssl(SslConfig::None)
            .map_err(|error| anyhow!("{error}"))?;
        thread::Builder::new().name("mail-catcher".into()).spawn(move || {
            if let Err(error) = server.serve() {
                tracing::error!(%error, "the mail catcher's SMTP server ended");
            }
        })?;
        Ok(Self { closed })
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

#[derive(Clone)]
struct Session {
    mailbox: Arc<Mailbox>,
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    max_bytes: usize,
    closed: Arc<AtomicBool>,
    from: String,
    to: Vec<String>,
    raw: Vec<u8>,
    oversized: bool,
}

impl Handler for Session {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        if self.closed.load(Ordering::Acquire) { response::NO_SERVICE } else { response::OK }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        from.clone_into(&mut self.from);
        self.to = to.to_vec();
        self.raw = Vec::new();
        self.oversized = false;
        response::START_DATA
    }

    /// Takes one line. What exceeds the limit is read and dropped, and refused at the end: a refusal in the
    /// middle would be taken for the answer to the whole message.
    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        if self.raw.len().saturating_add(line.len()) > self.max_bytes {
            self.oversized = true;
            self.raw = Vec::new();
        }
        if !self.oversized {
            self.raw.extend_from_slice(line);
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if self.oversized {
            return too_large();
        }
        self.mailbox.deliver(Delivery {
            from: std::mem::take(&mut self.from),
            to: std::mem::take(&mut self.to),
            raw: std::mem::take(&mut self.raw),
            received_at: (self.now)(),
        });
        response::OK
    }
}

/// 552 "exceeded storage allocation" (RFC 5321 §4.2.3). The session ends with it: after a refused message mailin
/// would take the next command for more of the message.
fn too_large() -> Response {
    let mut refusal = Response::custom(552, "Message exceeds the size limit".to_owned());
    refusal.action = Action::Close;
    refusal
}

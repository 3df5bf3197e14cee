//! A mail server that speaks TLS and wants to know who sends, and that remembers what it was told in the clear.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::client::Certificate;
use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(super) const USERNAME: &str = "countersign";
pub(super) const PASSWORD: &str = "right horse";

/// When the server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// When asked by STARTTLS, which it offers.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Never.
    Never,
}

/// A running server. Its certificate is for one name, and signed by nobody but itself.
pub(super) struct MailServer {
    pub(super) address: SocketAddr,
    certificate: String,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    in_the_clear: Mutex<Vec<String>>,
    mails: Mutex<Vec<String>>,
}

impl MailServer {
    /// With a certificate for `name`.
    pub(super) async fn start(manner: Manner, name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let memory = Arc::new(Memory::default());
        let (acceptor, remembered) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&memory));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let session = Session { manner, acceptor: acceptor.clone(), memory: Arc::clone(&remembered) };
                // A client that does not trust us breaks off: that is its answer.
                tokio::spawn(async move { session.run(stream).await });
            }
        });
        Self { address, certificate: cert.pem(), memory }
    }

    /// The authority of its certificate.
    pub(super) fn authority(&self) -> Certificate {
        Certificate::from_pem(self.certificate.as_bytes()).unwrap()
    }

    /// The mails it took, newest last.
    pub(super) fn mails(&self) -> Vec<String> {
        self.memory.mails.lock().unwrap().clone()
    }

    /// The verbs it heard outside TLS, in order and once each.
    pub(super) fn heard_in_the_clear(&self) -> Vec<String> {
        let mut verbs = self.memory.in_the_clear.lock().unwrap().clone();
        verbs.dedup();
        verbs
    }
}

struct Session {
    manner: Manner,
    acceptor: TlsAcceptor,
    memory: Arc<Memory>,
}

impl Session {
    async fn run(self, mut stream: TcpStream) -> io::Result<()> {
        if self.manner == Manner::Implicit {
            let mut stream = self.acceptor.accept(stream).await?;
            say(&mut stream, "220 mail").await?;
            return self.converse(&mut stream, true).await.map(drop);
        }
        say(&mut stream, "220 mail").await?;
        if self.converse(&mut stream, false).await? {
            let mut stream = self.acceptor.accept(stream).await?;
            self.converse(&mut stream, true).await?;
        }
        Ok(())
    }

    /// Answers until the client has done, or has asked for TLS: then the answer is true.
    async fn converse<S>(&self, stream: &mut S, secured: bool) -> io::Result<bool>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut known = false;
        loop {
            let line = hear(stream).await?;
            let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
            if !secured {
                self.memory.in_the_clear.lock().unwrap().push(verb.clone());
            }
            match verb.as_str() {
                "EHLO" if !secured && self.manner == Manner::StartTls => {
                    say(stream, "250-mail\r\n250 STARTTLS").await?;
                }
                "EHLO" => say(stream, "250-mail\r\n250-8BITMIME\r\n250 AUTH PLAIN").await?,
                "STARTTLS" if self.manner == Manner::StartTls => {
                    say(stream, "220 go ahead").await?;
                    return Ok(true);
                }
                "AUTH" => {
                    known = line == format!("AUTH PLAIN {}", credentials());
                    say(stream, if known { "235 welcome" } else { "535 5.7.8 no" }).await?;
                }
                "MAIL" if !known => say(stream, "530 5.7.0 who are you").await?,
                "DATA" => {
                    say(stream, "354 go ahead").await?;
                    let mail = mail(stream).await?;
                    self.memory.mails.lock().unwrap().push(mail);
                    say(stream, "250 taken").await?;
                }
                "QUIT" => {
                    say(stream, "221 bye").await?;
                    return Ok(false);
                }
                _ => say(stream, "250 fine").await?,
            }
        }
    }
}

/// RFC 4616 §2, as RFC 4954 §4 carries it.
fn credentials() -> String {
    STANDARD.encode(format!("\0{USERNAME}\0{PASSWORD}"))
}

async fn mail<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<String> {
    let mut lines = Vec::new();
    loop {
        match hear(stream).await? {
            line if line == "." => return Ok(lines.join("\n")),
            line => lines.push(line),
        }
    }
}

/// One line. Read byte by byte, so that nothing of a TLS handshake is swallowed.
async fn hear<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<String> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, reply: &str) -> io::Result<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    stream.flush().await
}

//! The keys of the configuration, with their defaults and meanings.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use countersign_core::policy::Policy;
use countersign_core::secret::SecretString;
use countersign_core::settings;
use countersign_core::settings::{Kind, Value, quoted};
use serde::Deserialize;

use super::network::Network;

settings! {
    /// Everything that an installation sets, as written.
    #[derive(Clone, Debug)]
    pub struct Settings {
        /// The issuer's URL as clients know it, without a path: https, or http on loopback. It is the `iss` of every
        /// token, so it must never change. Required.
        pub issuer: Option<String> = None,
        /// Address and port to listen on. Plain http is served on loopback only, unless `proxy.trusted` names the
        /// proxy that speaks https for it.
        pub listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        /// Where everything is kept.
        pub database: DatabaseSettings = DatabaseSettings::default(),
        /// The key that encrypts signing keys and secrets at rest. One of the two is required.
        pub master_key: MasterKeySettings = MasterKeySettings::default(),
        /// TLS in this process. Certificates are read again on SIGHUP.
        pub tls: TlsSettings = TlsSettings::default(),
        /// A reverse proxy in front.
        pub proxy: ProxySettings = ProxySettings::default(),
        /// How mail leaves.
        pub smtp: SmtpSettings = SmtpSettings::default(),
        /// Calls to addresses that clients registered: their keys, and where they hear of logouts.
        pub outbound: OutboundSettings = OutboundSettings::default(),
        /// What the pages say.
        pub pages: PageSettings = PageSettings::default(),
        /// What one client may take.
        pub limits: LimitSettings = LimitSettings::default(),
        /// What is logged, and how.
        pub logging: LoggingSettings = LoggingSettings::default(),
        /// Who may read `/metrics`.
        pub metrics: MetricsSettings = MetricsSettings::default(),
        /// How the audit trail is proved.
        pub audit: AuditSettings = AuditSettings::default(),
        /// Lifetimes and limits of logins, passwords and tokens.
        pub policy: Policy = Policy::default(),
    }

    /// Where everything is kept.
    #[derive(Clone, Debug)]
    pub struct DatabaseSettings {
        /// `sqlite://PATH?mode=rwc` (`countersign.db` in the working directory unless set) or
        /// `postgres://USER:PASSWORD@HOST/NAME`.
        pub url: SecretString = SecretString::new("sqlite://countersign.db?mode=rwc".to_owned()),
        /// Whether `serve` applies pending migrations itself. Otherwise it refuses to start and asks for
        /// `countersign migrate`.
        pub migrate_on_start: bool = false,
    }

    /// The key that encrypts signing keys and secrets at rest.
    #[derive(Clone, Debug)]
    pub struct MasterKeySettings {
        /// A file that holds the key: 32 bytes in base64.
        pub file: Option<PathBuf> = None,
        /// The key itself, for the environment: 32 bytes in base64.
        pub value: Option<SecretString> = None,
    }

    /// TLS in this process.
    #[derive(Clone, Debug)]
    pub struct TlsSettings {
        /// The certificate chain, in PEM.
        pub certificate: Option<PathBuf> = None,
        /// The private key, in PEM.
        pub key: Option<PathBuf> = None,
    }

    /// A reverse proxy in front.
    #[derive(Clone, Debug)]
    pub struct ProxySettings {
        /// Networks (`10.0.0.0/8`) or addresses whose `X-Forwarded-For` is believed. Everyone else's is ignored.
        pub trusted: Vec<Network> = Vec::new(),
    }

    /// How mail leaves.
    #[derive(Clone, Debug)]
    pub struct SmtpSettings {
        /// The mail server's name.
        pub host: String = "localhost".to_owned(),
        /// Its port.
        pub port: u16 = 587,
        /// `starttls` (required, never optional), `tls` (from the first byte), or `none` (to loopback only).
        pub security: SmtpSecurity = SmtpSecurity::StartTls,
        /// A file of certificates, in PEM: the server's must be signed by one of these, in place of those that the
        /// system trusts.
        pub ca_file: Option<PathBuf> = None,
        /// User name, where the server asks for one.
        pub username: Option<String> = None,
        /// Password that goes with it.
        pub password: Option<SecretString> = None,
        /// A file that holds the password, instead.
        pub password_file: Option<PathBuf> = None,
        /// Sender of every mail: `Name <address>`.
        pub from: String = "Countersign <no-reply@localhost>".to_owned(),
        /// An attempt to deliver gives up after this long.
        pub timeout_seconds: u32 = 20,
        /// A one-time password is tried this many times, further apart each time; other mail until it expires.
        pub attempts: u16 = 12,
    }

    /// Calls to addresses that clients registered.
    #[derive(Clone, Debug)]
    pub struct OutboundSettings {
        /// Whether such an address may be on loopback or in a private network, and plain http. Off, a client's
        /// registration is no way into your network.
        pub private_addresses: bool = false,
    }

    /// What the pages say.
    #[derive(Clone, Debug)]
    pub struct PageSettings {
        /// The notice on personal data and unauthorised use above the login button; the built-in text, in the
        /// page's language, unless set.
        pub notice: Option<String> = None,
    }

    /// What one client may take.
    #[derive(Clone, Debug)]
    pub struct LimitSettings {
        /// Largest request body, in bytes.
        pub body_bytes: u32 = 64 * 1024,
        /// Largest request head, in bytes; at least 8192.
        pub header_bytes: u32 = 16 * 1024,
        /// A request's head must arrive within this time, and so must a TLS handshake.
        pub header_seconds: u32 = 10,
        /// A request must be answered within this time, its body included.
        pub request_seconds: u32 = 30,
        /// Connections at once; further ones are closed at once.
        pub connections: u32 = 10_000,
        /// On SIGTERM, requests under way get this long to finish.
        pub drain_seconds: u32 = 20,
    }

    /// What is logged, and how.
    #[derive(Clone, Debug)]
    pub struct LoggingSettings {
        /// `json`, one object per line, or `text`, for people.
        pub format: LogFormat = LogFormat::Json,
        /// What is logged: a level (`info`), or directives such as `info,countersign_server=debug`.
        pub level: String = "info".to_owned(),
    }

    /// Who may read `/metrics`.
    #[derive(Clone, Debug)]
    pub struct MetricsSettings {
        /// Networks or addresses that may read `/metrics`; to everyone else it does not exist.
        pub allow: Vec<Network> = vec![Network::loopback_v4(), Network::loopback_v6()],
    }

    /// How the audit trail is proved.
    #[derive(Clone, Debug)]
    pub struct AuditSettings {
        /// A checkpoint is signed at most this often, when there is something new to sign.
        pub checkpoint_seconds: u32 = 10,
        /// A file that signed checkpoints are added to, one JSON object a line. Have it shipped elsewhere: it is what
        /// tells that the end of the trail was cut off.
        pub checkpoint_file: Option<PathBuf> = None,
        /// A system log that signed checkpoints are sent to (RFC 5424): the path of a socket (`/dev/log`), or an
        /// address and port for UDP.
        pub syslog: Option<String> = None,
    }
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Upgraded before anything is sent (RFC 3207); a server that does not offer it is not used.
    StartTls,
    /// TLS from the first byte (RFC 8314 §3).
    Tls,
    /// None: to loopback only.
    None,
}

impl Value for SmtpSecurity {
    const KIND: Kind = Kind::Text("starttls, tls or none");

    fn written(&self) -> Option<String> {
        let name = match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        };
        Some(quoted(name))
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

impl Value for LogFormat {
    const KIND: Kind = Kind::Text("json or text");

    fn written(&self) -> Option<String> {
        let name = match self {
            Self::Json => "json",
            Self::Text => "text",
        };
        Some(quoted(name))
    }
}

//! A configuration that has been checked: what it says is consistent, readable, and not open by accident.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use countersign_core::policy::Policy;
use countersign_core::secret::SecretString;
use countersign_service::{Issuer, MasterKey};
use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;
use url::{Host, Url};

use super::network::Network;
use super::problem::{ConfigError, Problem};
use super::settings::{
    DatabaseSettings, LimitSettings, LoggingSettings, MetricsSettings, OutboundSettings, PageSettings,
    Settings, SmtpSecurity,
};

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The issuer identifier, an origin without a path.
    pub issuer: Issuer,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub database: DatabaseSettings,
    /// The key that encrypts at rest.
    pub master_key: MasterKey,
    /// TLS in this process, if any.
    pub tls: Option<Tls>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How mail leaves.
    pub smtp: Smtp,
    /// Calls to addresses that clients registered.
    pub outbound: OutboundSettings,
    /// What the pages say.
    pub pages: PageSettings,
    /// What one client may take.
    pub limits: LimitSettings,
    /// What is logged.
    pub logging: LoggingSettings,
    /// Who may read `/metrics`.
    pub metrics: MetricsSettings,
    /// How the audit trail is proved.
    pub audit: AuditTrail,
    /// Lifetimes and limits.
    pub policy: Policy,
}

/// How the audit trail is proved.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    /// A checkpoint is signed at most this often.
    pub checkpoint_seconds: u32,
    /// A file that checkpoints are added to.
    pub checkpoint_file: Option<PathBuf>,
    /// A system log that they are sent to.
    pub syslog: Option<SyslogAddress>,
}

/// Where a system log listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyslogAddress {
    /// At a socket of this machine.
    Socket(PathBuf),
    /// At an address, by UDP.
    Udp(SocketAddr),
}

/// Certificate and key files.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate chain, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// The mail server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Whose certificates are trusted, if not those the system trusts.
    pub authorities: Option<Certificate>,
    /// What it asks for, if anything.
    pub credentials: Option<SmtpCredentials>,
    /// Sender of every mail.
    pub from: Mailbox,
    /// An attempt to deliver gives up after this long.
    pub timeout_seconds: u32,
    /// Attempts before a mail is given up.
    pub attempts: u16,
}

/// User name and password at the mail server.
#[derive(Clone, Debug)]
pub struct SmtpCredentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: SecretString,
}

/// Checks `settings`; relative paths start at `directory`, and `origin` tells where a key was set.
pub(super) fn check(
    settings: &Settings,
    directory: &Path,
    origin: &dyn Fn(&str) -> String,
) -> Result<Config, ConfigError> {
    let mut checks = Checks { directory, origin, problems: Vec::new() };
    let issuer = checks.issuer(settings);
    checks.plain_http(settings, issuer.as_ref());
    checks.limits(&settings.limits);
    checks.policy(&settings.policy);
    let master_key = checks.master_key(settings);
    let tls = checks.tls(settings);
    let smtp = checks.smtp(settings);
    let audit = checks.audit(settings);
    match (issuer.as_ref().map(Issuer::parse), master_key, smtp) {
        (Some(Ok(issuer)), Some(master_key), Some(smtp)) if checks.problems.is_empty() => Ok(Config {
            issuer,
            listen: settings.listen,
            database: settings.database.clone(),
            master_key,
            tls,
            trusted_proxies: settings.proxy.trusted.clone(),
            smtp,
            outbound: settings.outbound.clone(),
            pages: settings.pages.clone(),
            limits: settings.limits.clone(),
            logging: settings.logging.clone(),
            metrics: settings.metrics.clone(),
            audit,
            policy: settings.policy.clone(),
        }),
        _ => Err(ConfigError(checks.problems)),
    }
}

struct Checks<'a> {
    directory: &'a Path,
    origin: &'a dyn Fn(&str) -> String,
    problems: Vec<Problem>,
}

impl Checks<'_> {
    fn wrong(&mut self, key: &str, message: impl Into<String>) {
        let origin = (self.origin)(key);
        self.problems.push(Problem { origin, key: key.to_owned(), message: message.into() });
    }

    fn require(&mut self, key: &str, holds: bool, message: &str) {
        if !holds {
            self.wrong(key, message);
        }
    }

    /// OIDC Discovery §3: an https URL without query or fragment. A path is refused as well: cookies and
    /// well-known locations are the whole origin's.
    fn issuer(&mut self, settings: &Settings) -> Option<Url> {
        let Some(text) = &settings.issuer else {
            self.wrong("issuer", "is required: the URL at which clients reach this server");
            return None;
        };
        let Ok(url) = Url::parse(text) else {
            self.wrong("issuer", format!("{text:?} is not a URL"));
            return None;
        };
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        self.require("issuer", bare, "takes an origin alone, without path, query or fragment");
        self.require("issuer", anonymous, "takes no user name or password");
        match url.scheme() {
            "https" => {}
            "http" => self.require("issuer", is_loopback(&url), "must be https unless its host is loopback"),
            scheme => self.wrong("issuer", format!("is https, or http on loopback, never {scheme}")),
        }
        Some(url)
    }

    fn plain_http(&mut self, settings: &Settings, issuer: Option<&Url>) {
        let tls = settings.tls.certificate.is_some();
        let proxied = !settings.proxy.trusted.is_empty();
        if !tls && !proxied && !settings.listen.ip().is_loopback() {
            self.wrong(
                "listen",
                "plain http is served on loopback only: set `tls`, or `proxy.trusted` to the proxy that speaks https",
            );
        }
        if !tls && !proxied && issuer.is_some_and(|url| url.scheme() == "https") {
            self.wrong("issuer", "is https, so set `tls`, or `proxy.trusted` to the proxy that speaks https");
        }
    }

    fn limits(&mut self, limits: &LimitSettings) {
        // hyper cannot do with less for a request's head.
        self.require("limits.header_bytes", limits.header_bytes >= 8_192, "must be at least 8192");
        self.require("limits.body_bytes", limits.body_bytes >= 4_096, "must be at least 4096");
        for (key, value) in [
            ("limits.header_seconds", limits.header_seconds),
            ("limits.request_seconds", limits.request_seconds),
            ("limits.connections", limits.connections),
        ] {
            self.require(key, value > 0, "must be at least 1");
        }
    }

    fn policy(&mut self, policy: &Policy) {
        for problem in policy.problems() {
            self.wrong(&format!("policy.{}", problem.name), problem.message);
        }
    }

    fn master_key(&mut self, settings: &Settings) -> Option<MasterKey> {
        let (key, text) = match (&settings.master_key.file, &settings.master_key.value) {
            (Some(_), Some(_)) => {
                self.wrong("master_key.value", "set either `file` or `value`, not both");
                return None;
            }
            (None, None) => {
                self.wrong(
                    "master_key",
                    "is required: set `master_key.file`; `openssl rand -base64 32` makes a key",
                );
                return None;
            }
            (Some(file), None) => ("master_key.file", self.read("master_key.file", file)?),
            (None, Some(value)) => ("master_key.value", value.clone()),
        };
        let parsed = MasterKey::parse(text.expose());
        if let Err(error) = &parsed {
            self.wrong(key, error.to_string());
        }
        parsed.ok()
    }

    fn tls(&mut self, settings: &Settings) -> Option<Tls> {
        match (&settings.tls.certificate, &settings.tls.key) {
            (None, None) => None,
            (Some(_), None) => {
                self.wrong("tls.key", "is required where `tls.certificate` is set");
                None
            }
            (None, Some(_)) => {
                self.wrong("tls.certificate", "is required where `tls.key` is set");
                None
            }
            (Some(certificate), Some(key)) => {
                self.read("tls.certificate", certificate)?;
                self.read("tls.key", key)?;
                Some(Tls { certificate: self.directory.join(certificate), key: self.directory.join(key) })
            }
        }
    }

    fn audit(&mut self, settings: &Settings) -> AuditTrail {
        let audit = &settings.audit;
        self.require("audit.checkpoint_seconds", audit.checkpoint_seconds > 0, "must be at least 1");
        let syslog = audit.syslog.as_deref().and_then(|address| {
            if address.starts_with('/') {
                return Some(SyslogAddress::Socket(PathBuf::from(address)));
            }
            let udp = address.parse().map(SyslogAddress::Udp);
            if udp.is_err() {
                let message = format!("{address:?} is neither the path of a socket nor an address and port");
                self.wrong("audit.syslog", message);
            }
            udp.ok()
        });
        AuditTrail {
            checkpoint_seconds: audit.checkpoint_seconds,
            checkpoint_file: audit.checkpoint_file.as_ref().map(|file| self.directory.join(file)),
            syslog,
        }
    }

    fn smtp(&mut self, settings: &Settings) -> Option<Smtp> {
        let smtp = &settings.smtp;
        if smtp.security == SmtpSecurity::None && !is_loopback_host(&smtp.host) {
            self.wrong("smtp.security", "`none` is for a mail server on loopback only; use starttls or tls");
        }
        self.require("smtp.attempts", smtp.attempts > 0, "must be at least 1");
        self.require("smtp.timeout_seconds", smtp.timeout_seconds > 0, "must be at least 1");
        let authorities = smtp.ca_file.as_ref().and_then(|file| self.smtp_authorities(file));
        let credentials = self.smtp_credentials(settings);
        let Ok(from) = smtp.from.parse() else {
            self.wrong(
                "smtp.from",
                format!("{:?} is not a sender such as \"Name <name@example.com>\"", smtp.from),
            );
            return None;
        };
        Some(Smtp {
            host: smtp.host.clone(),
            port: smtp.port,
            security: smtp.security,
            authorities,
            credentials,
            from,
            timeout_seconds: smtp.timeout_seconds,
            attempts: smtp.attempts,
        })
    }

    fn smtp_authorities(&mut self, file: &Path) -> Option<Certificate> {
        let text = self.read("smtp.ca_file", file)?;
        // A file without any certificate reads as none at all.
        let there = text.expose().contains("-----BEGIN CERTIFICATE-----");
        let read = Certificate::from_pem(text.expose().as_bytes()).ok().filter(|_| there);
        self.require("smtp.ca_file", read.is_some(), "holds no certificates in PEM");
        read
    }

    fn smtp_credentials(&mut self, settings: &Settings) -> Option<SmtpCredentials> {
        let smtp = &settings.smtp;
        let password = match (&smtp.password, &smtp.password_file) {
            (Some(_), Some(_)) => {
                self.wrong("smtp.password", "set either `password` or `password_file`, not both");
                return None;
            }
            (Some(password), None) => Some(password.clone()),
            (None, Some(file)) => Some(self.read("smtp.password_file", file)?),
            (None, None) => None,
        };
        match (&smtp.username, password) {
            (None, None) => None,
            (Some(username), Some(password)) => {
                Some(SmtpCredentials { username: username.clone(), password })
            }
            _ => {
                self.wrong("smtp.username", "a user name and a password go together");
                None
            }
        }
    }

    /// The text of a file that a key names, without the line break at its end.
    fn read(&mut self, key: &str, file: &Path) -> Option<SecretString> {
        let path = self.directory.join(file);
        match fs::read_to_string(&path) {
            Ok(text) => Some(SecretString::new(text.trim_end().to_owned())),
            Err(error) => {
                self.wrong(key, format!("{} cannot be read: {error}", path.display()));
                None
            }
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_loopback_host(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_loopback_host(host: &str) -> bool {
    // `.localhost` never leaves the machine (RFC 6761 §6.3).
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

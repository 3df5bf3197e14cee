//! `countersign demo` as the thing under test.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::browser::Browser;
use crate::credentials::{Client, Credentials, User};
use crate::mail::MailCatcher;
use crate::oidc::RelyingParty;
use crate::pool::Pool;
use crate::process::Process;

/// Where the conformance clients expect their answers; nothing listens there.
pub const CALLBACK: &str = "http://localhost:9999/callback";

/// How the IDs of the demo's own cast begin: a test asks for one by ID, the pool never hands them out.
const NAMED: [&str; 5] = ["HKABC", "HKDEF", "HKSAG", "B01234", "OPS"];
const READY_WITHIN: Duration = Duration::from_secs(90);

/// How a demo is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many users beyond the named ones the demo seeds.
    pub seed_users: usize,
    /// `COUNTERSIGN_…` overrides and others, by name and value.
    pub environment: Vec<(String, String)>,
    /// `--phase`, the demo's own when absent.
    pub phase: Option<String>,
    /// A data directory to use and keep; a temporary one when absent.
    pub data: Option<PathBuf>,
}

impl Options {
    /// With this many seeded users.
    #[must_use]
    pub fn seed_users(mut self, count: usize) -> Self {
        self.seed_users = count;
        self
    }

    /// With one more environment variable.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The base URLs of everything a demo runs.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Countersign itself.
    pub issuer: String,
    /// The security management application.
    pub dms: String,
    /// The terminal.
    pub ccms: String,
    /// The settlement agent's system.
    pub settlement_agent: String,
    /// The mail catcher's page.
    pub mail: String,
}

/// One running demo. Dropping it kills the process and removes its temporary data.
#[derive(Debug)]
pub struct Demo {
    process: Option<Process>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    addresses: Addresses,
    credentials: Credentials,
    pool: Pool,
    data: PathBuf,
    temporary: Option<TempDir>,
}

impl Demo {
    /// Starts a demo on free ports and waits until it is ready. A port that somebody took in between is tried anew.
    pub async fn start(options: Options) -> Result<Self> {
        let temporary = match options.data {
            Some(_) => None,
            None => Some(TempDir::with_prefix("countersign-")?),
        };
        let data = match (&options.data, &temporary) {
            (Some(path), _) => path.clone(),
            (None, Some(directory)) => directory.path().join("data"),
            (None, None) => bail!("no data directory"),
        };
        let mut failure = None;
        for _ in 0..3 {
            let ports = Ports::free()?;
            let arguments = arguments(&options, &data, &ports);
            let folder = temporary.as_ref().map(TempDir::path);
            let issuer = ports.addresses().issuer;
            match launch(&arguments, &options.environment, &log_of(&data), folder, &issuer).await {
                Ok(process) => {
                    let credentials = read_credentials(&data)?;
                    let pool = Pool::new(&credentials.users, &NAMED);
                    return Ok(Self {
                        process: Some(process),
                        arguments,
                        environment: options.environment,
                        addresses: ports.addresses(),
                        pool,
                        credentials,
                        data,
                        temporary,
                    });
                }
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| anyhow::anyhow!("never tried")))
    }

    /// The issuer's URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.addresses.issuer
    }

    /// Where everything listens.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// What `credentials.json` said at the first start.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Everything the process has written so far.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(log_of(&self.data))?)
    }

    /// A user by ID. Tests of one shared demo must not meet on the same user: prefer [`Self::draw_user`].
    pub fn user(&self, user_id: &str) -> Result<User> {
        let found = self.credentials.users.iter().find(|user| user.user_id == user_id);
        found.cloned().with_context(|| format!("no user {user_id} in this demo"))
    }

    /// A user with password and soft token whom nobody else gets.
    pub fn draw_user(&self) -> Result<User> {
        self.pool.draw_with_app()
    }

    /// A user with password and OTP by email whom nobody else gets.
    pub fn draw_email_user(&self) -> Result<User> {
        self.pool.draw_with_email()
    }

    /// A registered application by ID.
    pub fn client(&self, client_id: &str) -> Result<Client> {
        let found = self.credentials.clients.iter().find(|client| client.client_id == client_id);
        found.cloned().with_context(|| format!("no client {client_id} in this demo"))
    }

    /// The same, able to speak.
    pub fn relying_party(&self, client_id: &str) -> Result<RelyingParty> {
        RelyingParty::new(self.issuer(), self.client(client_id)?)
    }

    /// A browser with empty cookies that follows redirects among the demo's own addresses.
    pub fn browser(&self) -> Result<Browser> {
        let home = &self.addresses;
        Browser::new([&home.issuer, &home.dms, &home.ccms, &home.settlement_agent, &home.mail])
            .and_then(|browser| browser.with_mail(self.addresses.mail.clone()))
    }

    /// The mailbox.
    pub fn mail(&self) -> Result<MailCatcher> {
        MailCatcher::new(self.addresses.mail.clone())
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// `SIGTERM`, then waits for the graceful end.
    pub fn terminate(&mut self) -> Result<ExitStatus> {
        let mut process = self.process.take().context("not running")?;
        process.terminate()
    }

    /// Starts again on the same data and addresses; kills first when still running.
    pub async fn restart(&mut self) -> Result<()> {
        self.process = None;
        let log = log_of(&self.data);
        let folder = self.temporary.as_ref().map(TempDir::path);
        let issuer = &self.addresses.issuer;
        self.process = Some(launch(&self.arguments, &self.environment, &log, folder, issuer).await?);
        Ok(())
    }
}

/// The demo that every test of this binary may share, started by whoever comes first. Nobody drops it: its watchdog ends
/// it, and removes its data, when the tests are over.
pub async fn shared() -> Result<&'static Demo> {
    static SHARED: OnceCell<Demo> = OnceCell::const_new();
    SHARED.get_or_try_init(|| Demo::start(Options::default().seed_users(400))).await
}

/// One port for each thing that listens.
#[derive(Clone, Copy, Debug)]
struct Ports {
    issuer: u16,
    console: u16,
    dms: u16,
    ccms: u16,
    settlement_agent: u16,
    card_agent: u16,
    mail: u16,
    smtp: u16,
}

impl Ports {
    fn free() -> Result<Self> {
        let mut held = Vec::new();
        let mut next = || -> Result<u16> {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        Ok(Self {
            issuer: next()?,
            console: next()?,
            dms: next()?,
            ccms: next()?,
            settlement_agent: next()?,
            card_agent: next()?,
            mail: next()?,
            smtp: next()?,
        })
    }

    fn addresses(self) -> Addresses {
        let at = |port| format!("http://localhost:{port}");
        Addresses {
            issuer: at(self.issuer),
            dms: at(self.dms),
            ccms: at(self.ccms),
            settlement_agent: at(self.settlement_agent),
            mail: at(self.mail),
        }
    }
}

fn arguments(options: &Options, data: &Path, ports: &Ports) -> Vec<String> {
    let mut arguments = vec!["demo".to_owned(), "--data".to_owned(), data.display().to_string()];
    let flags = [
        ("--issuer-port", ports.issuer),
        ("--console-port", ports.console),
        ("--dms-port", ports.dms),
        ("--ccms-port", ports.ccms),
        ("--settlement-agent-port", ports.settlement_agent),
        ("--card-agent-port", ports.card_agent),
        ("--mail-port", ports.mail),
        ("--smtp-port", ports.smtp),
    ];
    for (flag, port) in flags {
        arguments.extend([flag.to_owned(), port.to_string()]);
    }
    if options.seed_users > 0 {
        arguments.extend(["--seed-users".to_owned(), options.seed_users.to_string()]);
    }
    if let Some(phase) = &options.phase {
        arguments.extend(["--phase".to_owned(), phase.clone()]);
    }
    arguments
}

async fn launch(
    arguments: &[String],
    environment: &[(String, String)],
    log: &Path,
    temporary: Option<&Path>,
    issuer: &str,
) -> Result<Process> {
    let mut process = Process::spawn(arguments, environment, log, temporary)?;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let ready = format!("{issuer}/readyz");
    let deadline = tokio::time::Instant::now() + READY_WITHIN;
    loop {
        if let Some(status) = process.exited()? {
            bail!("countersign ended with {status}:\n{}", tail(log));
        }
        if let Ok(answer) = http.get(&ready).send().await
            && answer.status().is_success()
        {
            return Ok(process);
        }
        if tokio::time::Instant::now() > deadline {
            bail!("not ready within {READY_WITHIN:?}:\n{}", tail(log));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(30).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn read_credentials(data: &Path) -> Result<Credentials> {
    let path = data.join("credentials.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

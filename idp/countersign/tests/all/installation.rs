//! An installation in a directory of its own, and the binary that serves it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) fn countersign() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A configuration file, and where it makes `countersign` listen.
pub(crate) struct Installation {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Installation {
    pub(crate) fn new(database: &Path, more: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        let database = directory.path().join(database);
        let toml = format!(
            "issuer = \"http://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\nmaster_key.value = \"{KEY}\"\n\
             database.url = \"sqlite://{}?mode=rwc\"\n{more}",
            database.display()
        );
        fs::write(directory.path().join("countersign.toml"), toml).unwrap();
        Self { directory, port }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.directory.path().join("countersign.toml")
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = countersign();
        command.args(words).arg("--config").arg(self.config());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Waits until `path` at `port` answers 200; an error when the process has ended.
pub(crate) fn wait_until_ready(process: &mut Child, port: u16) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if get(port, "/readyz").starts_with("HTTP/1.1 200") {
            return;
        }
        assert!(process.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("not ready");
}

pub(crate) fn get(port: u16, path: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

pub(crate) fn terminate(process: &Child) {
    signal(process, "TERM");
}

pub(crate) fn signal(process: &Child, name: &str) {
    let id = process.id().to_string();
    let sent = Command::new("sh").args(["-c", "kill -\"$1\" \"$0\"", &id, name]).status().unwrap();
    assert!(sent.success());
}

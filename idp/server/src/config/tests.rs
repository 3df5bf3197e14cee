//! What is accepted, what is refused, and whether a refusal says enough to put it right.

use std::fs;
use std::path::PathBuf;

use super::{Config, LogFormat, SmtpSecurity, Source, load, reference, variable};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct Installation {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Installation {
    fn new(toml: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("countersign.toml"), toml).unwrap();
        Self { directory, variables: Vec::new() }
    }

    /// A usable file, followed by `more`.
    fn usable(more: &str) -> Self {
        Self::new(&format!("issuer = \"http://localhost:8080\"\nmaster_key.value = \"{KEY}\"\n{more}"))
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.directory.path().join(name), content).unwrap();
        self
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("countersign.toml")
    }

    fn load(&self) -> Config {
        load(&Source::File(&self.path()), self.variables.clone()).unwrap()
    }

    /// Every problem, with the file's path shortened to its name.
    fn problems(&self) -> Vec<String> {
        let error = load(&Source::File(&self.path()), self.variables.clone()).unwrap_err();
        let prefix = format!("{}/", self.directory.path().display());
        error.0.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
    }
}

#[test]
fn a_small_file_is_enough() {
    let config = Installation::usable("").load();
    assert_eq!(config.issuer.as_str(), "http://localhost:8080");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.policy, countersign_core::policy::Policy::default());
}

#[test]
fn an_unknown_key_is_named_with_its_origin_and_the_nearest_known_one() {
    let problems =
        Installation::usable("isuer = \"x\"\n[policy.sesion]\nidle_seconds = 3\n[smtp]\npaswort = \"x\"\n")
            .set("COUNTERSIGN_SMTP__HOTS", "mail")
            .problems();
    assert_eq!(
        problems,
        [
            "countersign.toml: isuer: there is no such key; did you mean `issuer` (COUNTERSIGN_ISSUER)?",
            "countersign.toml: policy.sesion: there is no such key; did you mean `policy.session` (COUNTERSIGN_POLICY__SESSION)?",
            "environment variable COUNTERSIGN_SMTP__HOTS: smtp.hots: there is no such key; did you mean `smtp.host` (COUNTERSIGN_SMTP__HOST)?",
            "countersign.toml: smtp.paswort: there is no such key; did you mean `smtp.password` (COUNTERSIGN_SMTP__PASSWORD)?",
        ]
    );
}

#[test]
fn a_key_that_resembles_nothing_points_to_the_reference() {
    let problems = Installation::usable("zzz = 1\n").problems();
    assert_eq!(
        problems,
        ["countersign.toml: zzz: there is no such key; `countersign config reference` lists them"]
    );
}

#[test]
fn the_environment_overrides_the_file() {
    let config = Installation::usable("[smtp]\nhost = \"mail.example\"\n[policy.token]\ncode_seconds = 30\n")
        .set("COUNTERSIGN_LISTEN", "127.0.0.1:9000")
        .set("COUNTERSIGN_SMTP__PORT", "2525")
        .set("COUNTERSIGN_SMTP__USERNAME", "12345")
        .set("COUNTERSIGN_SMTP__PASSWORD", "67890")
        .set("COUNTERSIGN_POLICY__TOKEN__ACCESS_SECONDS", "120")
        .set("COUNTERSIGN_DATABASE__MIGRATE_ON_START", "true")
        .set("COUNTERSIGN_PROXY__TRUSTED", "10.0.0.0/8, 192.0.2.1")
        .set("COUNTERSIGN_LOGGING__FORMAT", "text")
        .set("PATH", "/bin")
        .set("COUNTERSIGN_TEST_POSTGRES", "postgres://localhost")
        .set("COUNTERSIGN_BIN", "/bin/countersign")
        .load();
    assert_eq!(config.listen.to_string(), "127.0.0.1:9000");
    assert_eq!((config.smtp.host.as_str(), config.smtp.port), ("mail.example", 2525));
    let credentials = config.smtp.credentials.unwrap();
    assert_eq!((credentials.username.as_str(), credentials.password.expose()), ("12345", "67890"));
    assert_eq!((config.policy.token.code_seconds, config.policy.token.access_seconds), (30, 120));
    assert!(config.database.migrate_on_start);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.logging.format, LogFormat::Text);
}

#[test]
fn a_value_of_the_wrong_type_is_named_and_a_secret_is_not_shown() {
    let problems = Installation::usable("[smtp]\nport = \"post\"\n").problems();
    assert_eq!(problems, ["countersign.toml: smtp.port: invalid type: found string \"post\", expected u16"]);
    let problems = Installation::usable("[smtp]\npassword = 4711\n").problems();
    assert_eq!(problems, ["countersign.toml: smtp.password: takes a text, in quotation marks"]);
    let problems = Installation::usable("").set("COUNTERSIGN_SMTP__PORT", "post").problems();
    assert!(
        problems[0].starts_with("environment variable COUNTERSIGN_SMTP__PORT: smtp.port: "),
        "{problems:?}"
    );
    let problems = Installation::usable("smtp = 4\n").problems();
    assert!(problems[0].starts_with("countersign.toml: smtp: "), "{problems:?}");
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_an_error() {
    let missing = load(&Source::File(std::path::Path::new("/nonexistent/countersign.toml")), []).unwrap_err();
    assert!(missing.to_string().contains("/nonexistent/countersign.toml"), "{missing}");
    assert!(Installation::new("issuer = [").problems()[0].starts_with("countersign.toml"));
}

#[test]
fn what_is_required_is_asked_for() {
    let problems = Installation::new("").problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("default: issuer: is required"), "{problems:?}");
    assert!(problems[1].contains("openssl rand -base64 32"), "{problems:?}");
}

#[test]
fn plain_http_stays_on_loopback_unless_a_proxy_is_trusted() {
    let refused = |more: &str| !Installation::usable(more).problems().is_empty();
    assert!(refused("listen = \"0.0.0.0:8080\"\n"));
    let proxied = format!(
        "issuer = \"https://id.example\"\nlisten = \"0.0.0.0:80\"\nmaster_key.value = \"{KEY}\"\n\
         proxy.trusted = [\"10.0.0.0/8\"]\n"
    );
    assert_eq!(Installation::new(&proxied).load().trusted_proxies.len(), 1);
    let unprotected = proxied.replace("proxy.trusted = [\"10.0.0.0/8\"]\n", "");
    assert_eq!(Installation::new(&unprotected).problems().len(), 2);
}

#[test]
fn an_issuer_is_an_origin_over_https_or_on_loopback() {
    for issuer in [
        "https://id.example/path",
        "http://id.example",
        "ftp://id.example",
        "id.example",
        "https://u@id.example",
        "https://id.example?x",
    ] {
        let toml =
            format!("issuer = \"{issuer}\"\nmaster_key.value = \"{KEY}\"\nproxy.trusted = [\"::1\"]\n");
        assert!(Installation::new(&toml).problems()[0].starts_with("countersign.toml: issuer: "), "{issuer}");
    }
    for issuer in ["https://id.example", "http://[::1]:1", "http://127.0.0.1:8080", "http://id.localhost"] {
        let toml =
            format!("issuer = \"{issuer}\"\nmaster_key.value = \"{KEY}\"\nproxy.trusted = [\"::1\"]\n");
        Installation::new(&toml).load();
    }
}

#[test]
fn the_master_key_comes_from_a_file_beside_the_configuration() {
    let toml = "issuer = \"http://localhost\"\nmaster_key.file = \"master.key\"\n";
    assert!(Installation::new(toml).problems()[0].contains("master.key cannot be read"));
    let config = Installation::new(toml).file("master.key", &format!("{KEY}\n")).load();
    assert_eq!(format!("{:?}", config.master_key), "MasterKey(…)");
    assert!(Installation::new(toml).file("master.key", "short").problems()[0].contains("32 bytes"));
}

#[test]
fn mail_leaves_in_the_clear_to_loopback_only() {
    let problems = Installation::usable("[smtp]\nhost = \"mail.example\"\nsecurity = \"none\"\n").problems();
    assert!(problems[0].starts_with("countersign.toml: smtp.security: "), "{problems:?}");
    let config = Installation::usable("[smtp]\nhost = \"127.0.0.1\"\nsecurity = \"none\"\n").load();
    assert_eq!(config.smtp.security, SmtpSecurity::None);
    assert!(!Installation::usable("[smtp]\nfrom = \"nobody\"\n").problems().is_empty());
    assert!(!Installation::usable("[smtp]\nusername = \"me\"\n").problems().is_empty());
}

#[test]
fn a_mail_servers_certificate_is_checked_against_what_the_file_holds() {
    let installation = Installation::usable("[smtp]\nca_file = \"ca.pem\"\n");
    assert!(installation.problems()[0].contains("ca.pem cannot be read"));
    let installation = installation.file("ca.pem", "no certificate");
    assert_eq!(installation.problems(), ["countersign.toml: smtp.ca_file: holds no certificates in PEM"]);
    let authority = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    let config = installation.file("ca.pem", &authority.cert.pem()).load();
    assert!(config.smtp.authorities.is_some());
    assert!(Installation::usable("").load().smtp.authorities.is_none());
}

#[test]
fn limits_and_policies_stay_within_reason() {
    for (key, value) in [
        ("limits.header_bytes", "10"),
        ("limits.connections", "0"),
        ("policy.token.access_seconds", "301"),
        ("policy.password.min_score", "5"),
        ("policy.hashing.memory_kib", "16"),
        ("policy.session.idle_seconds", "0"),
    ] {
        let problems = Installation::usable("").set(&variable(key), value).problems();
        assert_eq!(problems.len(), 1, "{key}: {problems:?}");
        assert!(problems[0].contains(key), "{problems:?}");
    }
}

#[test]
fn the_checked_in_reference_is_current() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&file, reference()).unwrap();
    }
    let checked_in = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        checked_in == reference(),
        "run this test with UPDATE_REFERENCE=1 and commit docs/configuration.md"
    );
}

#[test]
fn every_key_says_what_it_does() {
    for entry in super::reference::entries() {
        let (path, meaning) = match entry {
            countersign_core::settings::Entry::Section { path, meaning } => (path, meaning),
            countersign_core::settings::Entry::Key(key) => (key.path, key.meaning),
        };
        assert!(meaning.len() > 5, "{path} has no meaning");
    }
}

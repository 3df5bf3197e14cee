//! TLS in the process itself: what clients see of it, and a certificate that is replaced while it serves.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rcgen::CertifiedKey;
use reqwest::header::{SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use reqwest::{Certificate, Client, Response};

use super::installation::{Installation, KEY, get, said, signal};

/// An installation with a certificate for `localhost`, served by the binary until dropped.
struct Served {
    installation: Installation,
    process: Child,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// Serves with a fresh certificate, and returns it too.
    async fn start() -> (Self, String) {
        let installation = Installation::new(Path::new("main.db"), "");
        let toml = format!(
            "issuer = \"https://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\nmaster_key.value = \"{KEY}\"\n\
             database = {{ url = \"sqlite://{}?mode=rwc\", migrate_on_start = true }}\n\
             tls = {{ certificate = \"tls.crt\", key = \"tls.key\" }}\n",
            installation.directory.path().join("main.db").display(),
            port = installation.port,
        );
        fs::write(installation.config(), toml).unwrap();
        let certificate = replace_certificate(&installation);
        let process = installation.command(&["serve"]).stderr(Stdio::null()).spawn().unwrap();
        let mut served = Self { installation, process };
        served.wait_until_ready(&trusting(&certificate)).await;
        (served, certificate)
    }

    async fn wait_until_ready(&mut self, client: &Client) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.get(client, "/readyz").await.is_ok_and(|answer| answer.status() == 200) {
            assert!(self.process.try_wait().unwrap().is_none(), "it ended");
            assert!(Instant::now() < deadline, "not ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn get(&self, client: &Client, path: &str) -> reqwest::Result<Response> {
        client.get(format!("https://localhost:{}{path}", self.installation.port)).send().await
    }

    async fn is_trusted_by(&self, client: &Client) -> bool {
        self.get(client, "/healthz").await.is_ok()
    }
}

/// Writes a new certificate and key where the configuration says, and returns the certificate in PEM.
fn replace_certificate(installation: &Installation) -> String {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let directory = installation.directory.path();
    fs::write(directory.join("tls.key"), signing_key.serialize_pem()).unwrap();
    fs::write(directory.join("tls.crt"), cert.pem()).unwrap();
    cert.pem()
}

/// A client that trusts this certificate and no other, and that opens a connection for each request.
fn trusting(certificate: &str) -> Client {
    builder(certificate).pool_max_idle_per_host(0).build().unwrap()
}

fn builder(certificate: &str) -> reqwest::ClientBuilder {
    let root = Certificate::from_pem(certificate.as_bytes()).unwrap();
    Client::builder().no_proxy().tls_certs_only([root]).redirect(reqwest::redirect::Policy::none())
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there_and_cookies_are_bound_to_the_host() {
    let (served, certificate) = Served::start().await;
    let client = trusting(&certificate);
    // Both cookies of a visitor: who the browser is, and the language it chose.
    let page = served.get(&client, "/account?lang=zh-Hant").await.unwrap();
    let lasting = page.headers()[STRICT_TRANSPORT_SECURITY].to_str().unwrap();
    assert_eq!(lasting, "max-age=63072000");
    let cookies: Vec<&str> =
        page.headers().get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies.len() >= 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-cs_"), "{cookie}");
        let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
        for needed in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&needed), "{needed}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    // What applications read says the same.
    let discovery = served.get(&client, "/.well-known/openid-configuration").await.unwrap();
    assert!(discovery.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    assert!(discovery.text().await.unwrap().contains("\"https://localhost:"));
}

#[tokio::test]
async fn a_stranger_to_the_certificate_and_plain_http_get_nothing() {
    let (served, _) = Served::start().await;
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    assert!(!served.is_trusted_by(&trusting(&other.cert.pem())).await);
    let plain = get(served.installation.port, "/healthz");
    assert!(!plain.contains("200"), "{plain}");
}

#[tokio::test]
async fn sighup_brings_a_new_certificate_to_new_connections_and_ends_none() {
    let (served, old) = Served::start().await;
    // One connection, kept.
    let kept = builder(&old).pool_max_idle_per_host(1).build().unwrap();
    served.get(&kept, "/healthz").await.unwrap().bytes().await.unwrap();

    let new = replace_certificate(&served.installation);
    assert!(!served.is_trusted_by(&trusting(&new)).await, "nobody said so yet");
    signal(&served.process, "HUP");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !served.is_trusted_by(&trusting(&new)).await {
        assert!(Instant::now() < deadline, "the new certificate was never served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!served.is_trusted_by(&trusting(&old)).await);
    assert_eq!(served.get(&kept, "/healthz").await.unwrap().status(), 200, "the old connection goes on");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_leaves_the_former_in_use() {
    let (served, old) = Served::start().await;
    let directory = served.installation.directory.path();
    fs::write(directory.join("tls.crt"), "no certificate").unwrap();
    signal(&served.process, "HUP");
    for _ in 0..20 {
        assert!(served.is_trusted_by(&trusting(&old)).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A certificate without its key is none either; and what is put right is taken up.
    let new = replace_certificate(&served.installation);
    fs::write(directory.join("tls.key"), rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    signal(&served.process, "HUP");
    for _ in 0..20 {
        assert!(served.is_trusted_by(&trusting(&old)).await);
        assert!(!served.is_trusted_by(&trusting(&new)).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let right = replace_certificate(&served.installation);
    signal(&served.process, "HUP");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !served.is_trusted_by(&trusting(&right)).await {
        assert!(Instant::now() < deadline, "the new certificate was never served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn plain_http_beyond_loopback_is_refused_before_anything_starts() {
    let installation = Installation::new(Path::new("main.db"), "");
    let toml = fs::read_to_string(installation.config()).unwrap();
    fs::write(installation.config(), toml.replace("listen = \"127.0.0.1:", "listen = \"0.0.0.0:")).unwrap();
    for words in [&["config", "check"][..], &["serve"]] {
        let refused = installation.run(words);
        assert_eq!(refused.status.code(), Some(1), "{words:?}");
        assert!(said(&refused).contains("plain http is served on loopback only"), "{}", said(&refused));
    }
    assert!(!installation.directory.path().join("main.db").exists());
    let proxied =
        format!("proxy.trusted = [\"127.0.0.1\"]\n{}", fs::read_to_string(installation.config()).unwrap());
    fs::write(installation.config(), proxied).unwrap();
    assert_eq!(installation.run(&["config", "check"]).status.code(), Some(0));
}

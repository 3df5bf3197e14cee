//! Requests that want to be large, many, or never done.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use conformance_tests::{Demo, Options, demo};
use url::Url;

/// A mebibyte to anything that takes a body.
#[tokio::test]
async fn large_bodies_are_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let body = format!("grant_type={}", "x".repeat(1 << 20));
    let http = reqwest::Client::builder().no_proxy().build()?;
    for path in
        ["/token", "/introspect", "/revoke", "/authorize", "/userinfo", "/end_session", "/login/", "/account"]
    {
        let request = http.post(format!("{}{path}", demo.issuer()));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
        // A server may also close the connection on somebody who goes on sending.
        if let Ok(answer) = request.send().await {
            assert_eq!(answer.status().as_u16(), 413, "{path}");
        }
    }
    healthy(demo).await
}

/// A body without end in chunks: no length is announced, so it has to be counted.
#[tokio::test]
async fn a_body_in_chunks_is_counted_too() -> Result<()> {
    let demo = demo::shared().await?;
    let mut stream = connect(demo)?;
    let head = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let mut sent = 0;
    // It may answer and close at any time after its limit; it must not take all sixteen mebibytes.
    while sent < 16 << 20 && stream.write_all(chunk.as_bytes()).is_ok() {
        sent += 0x1000;
    }
    let answer = read_some(&mut stream);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413") || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    assert!(sent < 16 << 20 || !answer.is_empty(), "it took {sent} bytes");
    healthy(demo).await
}

/// Two hundred headers, one header of a hundred kilobytes, an address of a hundred kilobytes.
#[tokio::test]
async fn large_heads_are_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let many = "X-Flood: one of two hundred\r\n".repeat(200);
    let long = "x".repeat(100_000);
    let heads = [
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Flood: {long}\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nCookie: cs_session={long}\r\n\r\n"),
        format!("GET /authorize?state={long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        "GET /healthz HTTP/9.9\r\n\r\n".to_owned(),
        "GET /healthz\0 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}not http at all\r\n\r\n".to_owned(),
    ];
    for head in heads {
        let mut stream = connect(demo)?;
        let _ = stream.write_all(head.as_bytes());
        let answer = read_some(&mut stream);
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        let refused = answer.is_empty() || matches!(status.as_str(), "400" | "414" | "431" | "505");
        assert!(refused, "{}… is answered with {status}", head.chars().take(60).collect::<String>());
    }
    healthy(demo).await
}

/// Forty connections that never finish their heads: they are closed in time, and others are served meanwhile.
#[tokio::test]
async fn unfinished_heads_are_given_up() -> Result<()> {
    let demo = Demo::start(Options::default()).await?;
    let mut slow = Vec::new();
    for _ in 0..40 {
        let mut stream = connect(&demo)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")?;
        slow.push(stream);
    }
    healthy(&demo).await?;
    let given_up = tokio::task::spawn_blocking(move || -> Result<Duration> {
        let start = Instant::now();
        while !slow.is_empty() && start.elapsed() < Duration::from_secs(45) {
            std::thread::sleep(Duration::from_secs(1));
            slow.retain_mut(|stream| stream.write_all(b"x").is_ok() && !closed(stream));
        }
        anyhow::ensure!(slow.is_empty(), "{} unfinished heads are still waited for", slow.len());
        Ok(start.elapsed())
    });
    let after = given_up.await??;
    assert!(after < Duration::from_secs(45), "given up only after {after:?}");
    healthy(&demo).await
}

/// Methods that a page does not have, and pages that do not exist, are told so and nothing more.
#[tokio::test]
async fn strange_methods_and_paths_are_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    for (method, path) in [
        ("DELETE", "/token"),
        ("GET", "/token"),
        ("TRACE", "/authorize"),
        ("PUT", "/login/"),
        ("PATCH", "/account"),
        ("GET", "/../../etc/passwd"),
        ("GET", "/login/..%2f..%2fetc%2fpasswd"),
        ("GET", "/assets/..%2f..%2fCargo.toml"),
        ("GET", "/.git/config"),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let answer = http.request(method.clone(), format!("{}{path}", demo.issuer())).send().await?;
        let status = answer.status().as_u16();
        assert!(matches!(status, 400 | 404 | 405), "{method} {path}: {status}");
        let body = answer.text().await?;
        assert!(!body.contains("root:") && !body.contains("[package]"), "{path} leads out of the house");
    }
    Ok(())
}

fn connect(demo: &Demo) -> Result<TcpStream> {
    let issuer = Url::parse(demo.issuer())?;
    let port = issuer.port().context("a port")?;
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

/// The first bytes of the answer; empty when the connection was closed instead.
fn read_some(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let read = stream.read(&mut buffer).unwrap_or_default();
    String::from_utf8_lossy(buffer.get(..read).unwrap_or_default()).into_owned()
}

fn closed(stream: &mut TcpStream) -> bool {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(1)));
    let mut buffer = [0; 512];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
    }
}

async fn healthy(demo: &Demo) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
    let answer = http.get(format!("{}/healthz", demo.issuer())).send().await?;
    anyhow::ensure!(answer.status().is_success(), "the server is ill: {}", answer.status());
    Ok(())
}

//! A served router, looked at from the outside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::{Application, ClientAddress, Serving, Shutdown, ready_check, serve};
use crate::config::LimitSettings;

struct Served {
    address: SocketAddr,
    ready: Arc<AtomicBool>,
    stop: Box<dyn Fn() + Send + Sync>,
    task: JoinHandle<std::io::Result<()>>,
}

fn serving() -> Serving {
    let limits = LimitSettings {
        body_bytes: 4_096,
        header_seconds: 1,
        request_seconds: 1,
        ..LimitSettings::default()
    };
    Serving {
        tls: None,
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        metrics_for: vec!["127.0.0.1".parse().unwrap()],
        limits,
    }
}

fn start(serving: Serving) -> Served {
    let ready = Arc::new(AtomicBool::new(true));
    let is_ready = Arc::clone(&ready);
    let application = Application {
        router: endpoints(),
        ready: ready_check(move || {
            let ready = is_ready.load(Ordering::SeqCst);
            async move { if ready { Ok(()) } else { Err("told so".to_owned()) } }
        }),
        metrics: crate::metrics::detached().unwrap(),
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (shutdown, stop) = Shutdown::by_hand();
    let task = tokio::spawn(async move { serve(listener, application, &serving, shutdown).await });
    Served { address, ready, stop: Box::new(stop), task }
}

fn endpoints() -> Router {
    Router::new()
        .route("/client", get(|ClientAddress(address): ClientAddress| async move { address.to_string() }))
        .route(
            "/id",
            get(|headers: HeaderMap| async move { headers["x-request-id"].to_str().unwrap().to_owned() }),
        )
        .route("/body", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/panic", get(async || -> &'static str { panic!("the secret is 4711") }))
        .route("/slow/{milliseconds}", get(slow))
}

async fn slow(axum::extract::Path(milliseconds): axum::extract::Path<u64>) -> &'static str {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "done"
}

impl Served {
    /// Sends `request` as it stands and returns everything that comes back.
    async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A server that refuses a flood resets the connection: what came before counts.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        self.raw(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")).await
    }
}

#[tokio::test]
async fn health_is_one_thing_and_readiness_another() {
    let served = start(serving());
    assert!(served.get("/readyz", "").await.starts_with("HTTP/1.1 200"));
    served.ready.store(false, Ordering::SeqCst);
    let answer = served.get("/readyz", "").await;
    assert!(answer.starts_with("HTTP/1.1 503") && !answer.contains("told so"), "{answer}");
    assert!(served.get("/healthz", "").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_id_is_ours_and_is_returned() {
    let served = start(serving());
    let answer = served.get("/id", "x-request-id: theirs\r\n").await;
    let id = answer.rsplit("\r\n\r\n").next().unwrap();
    assert!(!answer.contains("theirs") && answer.contains(&format!("x-request-id: {id}")), "{answer}");
}

#[tokio::test]
async fn the_client_is_found_behind_its_proxy() {
    let served = start(serving());
    assert!(served.get("/client", "x-forwarded-for: 198.51.100.1\r\n").await.ends_with("\r\n198.51.100.1"));
    let untrusting = start(Serving { trusted_proxies: Vec::new(), ..serving() });
    assert!(untrusting.get("/client", "x-forwarded-for: 198.51.100.1\r\n").await.ends_with("\r\n127.0.0.1"));
}

#[tokio::test]
async fn a_panic_ends_one_request_and_tells_nothing() {
    let served = start(serving());
    let answer = served.get("/panic", "").await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("\"server_error\""), "{answer}");
    let page = served.get("/panic", "accept: text/html\r\n").await;
    assert!(
        page.contains("<main data-step=\"error\">") && page.contains("data-error=\"server_error\""),
        "{page}"
    );
    assert!(!answer.contains("4711") && !page.contains("4711"));
    assert!(served.get("/healthz", "").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn bodies_heads_and_time_have_limits() {
    let served = start(serving());
    let post = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{}",
            "a".repeat(length)
        )
    };
    assert!(served.raw(&post("/body", 4_096)).await.ends_with("\r\n4096"));
    assert!(served.raw(&post("/body", 4_097)).await.starts_with("HTTP/1.1 413"));
    // Batches are longer than anything else: there it is for the endpoint to say.
    assert!(served.raw(&post("/api/v1/batches", 4_097)).await.starts_with("HTTP/1.1 404"));
    assert!(served.raw(&post("/api/v1/batches/x", 4_097)).await.starts_with("HTTP/1.1 413"));
    let chunked = format!(
        "POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n1400\r\n{}\r\n0\r\n\r\n",
        "a".repeat(0x1400)
    );
    assert!(served.raw(&chunked).await.starts_with("HTTP/1.1 413"));

    let flood = format!("x-flood: {}\r\n", "a".repeat(40_000));
    assert!(served.get("/id", &flood).await.starts_with("HTTP/1.1 431"));

    assert!(served.get("/slow/5000", "").await.starts_with("HTTP/1.1 503"));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let served = start(serving());
    let started = std::time::Instant::now();
    served.raw("GET /id HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn connections_have_a_limit_and_places_are_given_back() {
    let limits = LimitSettings { connections: 1, ..serving().limits };
    let served = start(Serving { limits, ..serving() });
    let mut held = TcpStream::connect(served.address).await.unwrap();
    held.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(held.read(&mut [0; 1024]).await.unwrap() > 0);
    assert_eq!(served.get("/healthz", "").await, "");
    drop(held);
    for _ in 0..50 {
        if served.get("/healthz", "").await.starts_with("HTTP/1.1 200") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place was not given back");
}

#[tokio::test]
async fn shutdown_lets_a_request_finish_and_takes_no_more() {
    let served = start(serving());
    let address = served.address;
    let slow = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /slow/300 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    (served.stop)();
    assert!(slow.await.unwrap().ends_with("done"));
    served.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_request_that_outlasts_the_drain_is_dropped() {
    let limits = LimitSettings { drain_seconds: 1, request_seconds: 60, ..serving().limits };
    let served = start(Serving { limits, ..serving() });
    let address = served.address;
    let slow = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /slow/60000 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    (served.stop)();
    tokio::time::timeout(Duration::from_secs(4), served.task).await.unwrap().unwrap().unwrap();
    slow.await.unwrap();
}

#[tokio::test]
async fn metrics_are_for_those_they_are_meant_for() {
    let served = start(serving());
    assert!(served.get("/metrics", "").await.starts_with("HTTP/1.1 200"));
    assert!(served.get("/metrics", "x-forwarded-for: 198.51.100.1\r\n").await.starts_with("HTTP/1.1 404"));
}

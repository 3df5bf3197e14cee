//! The sender against mail servers that work, fail, refuse, and come back.

mod protected;
mod server;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use countersign_core::mail::{Code, CodePurpose, Mail, News};
use countersign_service::Services;
use countersign_service::outbox::{self, Letter};
use countersign_service::testing::{TestNode, sqlite_node};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::{Sender, pause};
use crate::config::{Smtp, SmtpSecurity};

struct Post {
    node: TestNode,
    services: Arc<Services>,
}

impl Post {
    async fn new() -> Self {
        let node = sqlite_node().await;
        Self { services: Arc::clone(&node.services), node }
    }

    async fn queue(&self, to: Option<&str>, locale: &str) {
        let news = News::OneTimePassword {
            code: Code("27788148".to_owned()),
            purpose: CodePurpose::Reset,
            valid_minutes: 5,
        };
        self.queue_news(to, locale, news, TimeDelta::minutes(5)).await;
    }

    async fn queue_news(&self, to: Option<&str>, locale: &str, news: News, life: TimeDelta) {
        let mail = Mail { user_id: "HKABC101".to_owned(), news };
        let expires_at = self.services.now() + life;
        let tx = self.services.store.begin().await.unwrap();
        outbox::queue(&self.services, &tx, &Letter { to, mail: &mail, locale, expires_at }).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn sender(&self, server: SocketAddr) -> Arc<Sender> {
        self.sender_by(&plain(server))
    }

    fn sender_by(&self, smtp: &Smtp) -> Arc<Sender> {
        Arc::new(Sender::new(Arc::clone(&self.services), smtp).unwrap())
    }

    fn wait(&self, time: TimeDelta) {
        self.node.clock.advance_seconds(time.num_seconds());
    }
}

/// The way to `server` in the clear.
fn plain(server: SocketAddr) -> Smtp {
    Smtp {
        host: server.ip().to_string(),
        port: server.port(),
        security: SmtpSecurity::None,
        authorities: None,
        credentials: None,
        from: "Countersign <no-reply@countersign.example>".parse().unwrap(),
        timeout_seconds: 2,
        attempts: 4,
    }
}

struct Catcher {
    smtp: SocketAddr,
    web: SocketAddr,
}

impl Catcher {
    async fn on(smtp: TcpListener) -> Self {
        let web = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = Self { smtp: smtp.local_addr().unwrap(), web: web.local_addr().unwrap() };
        let config = mail_catcher::Config::new(|| DateTime::UNIX_EPOCH);
        tokio::spawn(mail_catcher::serve(config, smtp, web, std::future::pending()));
        addresses
    }

    async fn messages(&self) -> Vec<serde_json::Value> {
        let url = format!("http://{}/api/messages", self.web);
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }
}

/// A mail server that answers every command after the greeting with `reply`.
async fn surly(listener: TcpListener, reply: &'static str) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 surly\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = if line.starts_with("EHLO") { "250 surly" } else { reply };
                if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[tokio::test]
async fn mail_arrives_once_in_its_readers_language() {
    let post = Post::new().await;
    let catcher = Catcher::on(listener()).await;
    let sender = post.sender(catcher.smtp);
    post.queue(Some("a@abc.example"), "en").await;
    post.queue(Some("b@abc.example"), "zh-Hant").await;
    assert_eq!(sender.send_due().await.unwrap(), 2);
    post.wait(TimeDelta::minutes(1));
    assert_eq!(sender.send_due().await.unwrap(), 0);
    let messages = catcher.messages().await;
    assert_eq!(messages.len(), 2);
    for message in &messages {
        assert!(message["text"].as_str().unwrap().contains("27788148"), "{message}");
        assert!(message["html"].as_str().unwrap().contains("27788148"), "{message}");
        assert!(!message["subject"].as_str().unwrap().contains("27788148"), "{message}");
    }
    assert_ne!(messages[0]["subject"], messages[1]["subject"], "two languages");
}

#[tokio::test]
async fn a_decoy_goes_nowhere() {
    let post = Post::new().await;
    let catcher = Catcher::on(listener()).await;
    post.queue(None, "en").await;
    assert_eq!(post.sender(catcher.smtp).send_due().await.unwrap(), 1);
    assert!(catcher.messages().await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_until_it_is_back() {
    let post = Post::new().await;
    let reserved = listener();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let sender = post.sender(address);
    post.queue(Some("a@abc.example"), "en").await;
    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(sender.send_due().await.unwrap(), 0, "not before its time");

    let catcher = Catcher::on(TcpListener::bind(address).unwrap()).await;
    post.wait(pause(1));
    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(catcher.messages().await.len(), 1);
}

#[tokio::test]
async fn a_passing_refusal_is_retried_and_a_final_one_is_not() {
    for (reply, again) in [("451 later", 1), ("550 never", 0)] {
        let post = Post::new().await;
        let listener = listener();
        let sender = post.sender(listener.local_addr().unwrap());
        tokio::spawn(surly(listener, reply));
        post.queue(Some("a@abc.example"), "en").await;
        assert_eq!(sender.send_due().await.unwrap(), 1);
        post.wait(pause(1));
        assert_eq!(sender.send_due().await.unwrap(), again, "{reply}");
    }
}

#[tokio::test]
async fn what_fails_too_often_or_expires_is_given_up() {
    let post = Post::new().await;
    let listener = listener();
    let sender = post.sender(listener.local_addr().unwrap());
    tokio::spawn(surly(listener, "451 later"));
    post.queue(Some("a@abc.example"), "en").await;
    let mut attempts = 0;
    for attempt in 1..10 {
        attempts += sender.send_due().await.unwrap();
        post.wait(pause(attempt));
    }
    assert_eq!(attempts, 4);
}

#[tokio::test]
async fn news_of_security_outlast_an_outage() {
    let post = Post::new().await;
    let listener = listener();
    let sender = post.sender(listener.local_addr().unwrap());
    tokio::spawn(surly(listener, "451 later"));
    let locked = News::AccountLocked { at: post.services.now() };
    post.queue_news(Some("a@abc.example"), "en", locked, TimeDelta::days(3)).await;
    let mut attempts = 0;
    for attempt in 1..20 {
        attempts += sender.send_due().await.unwrap();
        post.wait(pause(attempt));
    }
    assert_eq!(attempts, 19, "an OTP gets four");
    post.wait(TimeDelta::days(3));
    assert_eq!(sender.send_due().await.unwrap(), 1, "the last, which gives it up");
    post.wait(TimeDelta::days(1));
    assert_eq!(sender.send_due().await.unwrap(), 0);
}

#[tokio::test]
async fn a_sender_that_dies_is_followed_by_another() {
    let post = Post::new().await;
    post.queue(Some("a@abc.example"), "en").await;
    // Claimed, and then nothing more is heard of the claimer.
    let lost = outbox::claim(&post.services, 10, TimeDelta::minutes(1)).await.unwrap();
    assert_eq!(lost.len(), 1);
    let catcher = Catcher::on(listener()).await;
    let sender = post.sender(catcher.smtp);
    assert_eq!(sender.send_due().await.unwrap(), 0, "still leased");
    post.wait(TimeDelta::minutes(1));
    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(catcher.messages().await.len(), 1);
}

#[test]
fn pauses_double_up_to_a_quarter_of_an_hour() {
    let seconds: Vec<i64> = (1..=9).map(|attempt| pause(attempt).num_seconds()).collect();
    assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
    assert_eq!(pause(u32::MAX).num_seconds(), 900);
}

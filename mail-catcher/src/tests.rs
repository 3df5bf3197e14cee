//! Mail sent over a socket, read back over HTTP.

use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};

use chrono::DateTime;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use serde_json::Value;

use super::{Config, serve};

struct Catcher {
    smtp: SocketAddr,
    web: SocketAddr,
}

impl Catcher {
    async fn start(adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(|| DateTime::UNIX_EPOCH);
        adjust(&mut config);
        let smtp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let web = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = Self { smtp: smtp.local_addr().unwrap(), web: web.local_addr().unwrap() };
        tokio::spawn(serve(config, smtp, web, std::future::pending()));
        addresses
    }

    async fn send(&self, mail: Mail) {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(self.smtp.port())
            .build();
        transport.send(mail).await.unwrap();
    }

    async fn get(&self, path: &str) -> String {
        reqwest::get(format!("http://{}{path}", self.web)).await.unwrap().text().await.unwrap()
    }

    async fn messages(&self) -> Vec<Value> {
        serde_json::from_str(&self.get("/api/messages").await).unwrap()
    }

    /// Speaks SMTP by hand and returns the last reply.
    async fn converse(&self, lines: Vec<String>) -> String {
        let address = self.smtp;
        tokio::task::spawn_blocking(move || converse(address, &lines)).await.unwrap()
    }
}

fn converse(address: SocketAddr, lines: &[String]) -> String {
    let stream = TcpStream::connect(address).unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    let mut reply = read_reply(&mut replies);
    for line in lines {
        stream.write_all(line.as_bytes()).unwrap();
        reply = read_reply(&mut replies);
    }
    reply
}

fn read_reply(replies: &mut impl std::io::BufRead) -> String {
    loop {
        let mut line = String::new();
        replies.read_line(&mut line).unwrap();
        if line.as_bytes().get(3) != Some(&b'-') {
            return line;
        }
    }
}

fn draft(subject: &str) -> lettre::message::MessageBuilder {
    Mail::builder()
        .from("Countersign <no-reply@countersign.example>".parse().unwrap())
        .to("one@abc.example".parse().unwrap())
        .subject(subject)
}

fn body(encoding: ContentTransferEncoding, text: &str) -> SinglePart {
    SinglePart::builder().header(ContentType::TEXT_PLAIN).header(encoding).body(text.to_owned())
}

#[tokio::test]
async fn every_encoding_reads_the_same() {
    let catcher = Catcher::start(|_| ()).await;
    let text = "First line = 100%\r\n.starts with a dot\r\n\r\n一次性密碼 12345678\r\n";
    for encoding in [
        ContentTransferEncoding::QuotedPrintable,
        ContentTransferEncoding::Base64,
        ContentTransferEncoding::EightBit,
    ] {
        catcher.send(draft("您的一次性密碼 – code").singlepart(body(encoding, text)).unwrap()).await;
    }
    let messages = catcher.messages().await;
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert_eq!(message["to"], "one@abc.example");
        assert_eq!(message["subject"], "您的一次性密碼 – code");
        assert_eq!(message["text"].as_str().unwrap().trim_end(), text.trim_end());
        assert_eq!(message.get("html"), None);
        assert_eq!(message["received_at"], "1970-01-01T00:00:00Z");
    }
}

#[tokio::test]
async fn newest_comes_first_and_the_oldest_gives_way() {
    let catcher = Catcher::start(|config| config.capacity = 2).await;
    for subject in ["first", "second", "third"] {
        catcher.send(draft(subject).body("text".to_owned()).unwrap()).await;
    }
    let subjects: Vec<_> = catcher.messages().await.into_iter().map(|m| m["subject"].clone()).collect();
    assert_eq!(subjects, ["third", "second"]);
}

#[tokio::test]
async fn two_recipients_are_one_message_that_either_finds() {
    let catcher = Catcher::start(|_| ()).await;
    let mail = draft("both").to("Two <two@abc.example>".parse().unwrap()).body("text".to_owned()).unwrap();
    catcher.send(mail).await;
    assert_eq!(catcher.messages().await[0]["to"], "one@abc.example, two@abc.example");
    let found: Vec<Value> =
        serde_json::from_str(&catcher.get("/api/messages?to=TWO@abc.example").await).unwrap();
    assert_eq!(found.len(), 1);
    let found: Vec<Value> =
        serde_json::from_str(&catcher.get("/api/messages?to=wo@abc.example").await).unwrap();
    assert!(found.is_empty());
}

#[tokio::test]
async fn text_and_html_are_told_apart_and_markup_is_shown_as_text() {
    let catcher = Catcher::start(|_| ()).await;
    let parts = MultiPart::alternative_plain_html("plain <script>".to_owned(), "<p>rich</p>".to_owned());
    catcher.send(draft("<b>subject</b>").multipart(parts).unwrap()).await;
    let message = catcher.messages().await.remove(0);
    assert_eq!(message["text"].as_str().unwrap().trim_end(), "plain <script>");
    assert_eq!(message["html"].as_str().unwrap().trim_end(), "<p>rich</p>");

    let list = catcher.get("/").await;
    assert!(list.contains("&#60;b&#62;subject") && !list.contains("<b>subject"), "{list}");
    let view = catcher.get(&format!("/messages/{}", message["id"])).await;
    assert!(view.contains("plain &#60;script&#62;") && !view.contains("<script>"), "{view}");
    assert!(view.contains("<iframe sandbox "), "{view}");
}

#[tokio::test]
async fn deleting_empties_the_mailbox() {
    let catcher = Catcher::start(|_| ()).await;
    catcher.send(draft("gone").body("text".to_owned()).unwrap()).await;
    let url = format!("http://{}/api/messages", catcher.web);
    let answer = reqwest::Client::new().delete(url).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert!(catcher.messages().await.is_empty());
}

#[tokio::test]
async fn an_oversized_message_is_refused_and_the_next_one_is_not() {
    let catcher = Catcher::start(|config| config.max_message_bytes = 1_000).await;
    let envelope = |size: usize| {
        [
            "EHLO here\r\n".to_owned(),
            "MAIL FROM:<a@b.example>\r\n".to_owned(),
            "RCPT TO:<c@d.example>\r\n".to_owned(),
            "DATA\r\n".to_owned(),
            format!("Subject: size\r\n\r\n{}.\r\n", "0123456789abcdef\r\n".repeat(size / 18)),
        ]
        .to_vec()
    };
    assert!(catcher.converse(envelope(4_000)).await.starts_with("552"));
    assert!(catcher.messages().await.is_empty());
    assert!(catcher.converse(envelope(400)).await.starts_with("250"));
    assert_eq!(catcher.messages().await.len(), 1);
}

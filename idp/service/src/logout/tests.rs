use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::{ClientKind, SigningAlg};
use countersign_core::secret::OpaqueToken;
use jsonwebtoken::dangerous::insecure_decode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::deliveries::{AT_ONCE, Courier, deliver_due};
use super::*;
use crate::testing::applications::{listening, public_client};
use crate::testing::{TestNode, nodes, sqlite_node};

const BYE: &str = "https://shop.example/bye";

async fn house() -> (TestNode, Session, OpaqueToken) {
    let node = sqlite_node().await;
    node.make_keys().await;
    node.add_client(&public_client("dms", ClientKind::FirstParty)).await;
    node.add_client(&public_client("ccms", ClientKind::FirstParty)).await;
    let user = node.add_user("HKABC101").await;
    let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
    (node, session, cookie)
}

fn hint(node: &TestNode, sub: &str, sid: &str) -> String {
    let claims = json!({ "iss": "http://localhost:8080", "aud": "dms", "sub": sub, "sid": sid, "exp": 1 });
    node.services.keyring.sign(SigningAlg::Rs256, "JWT", &claims, node.services.now()).unwrap()
}

#[tokio::test]
async fn a_hint_of_the_session_ends_it_and_leads_back() {
    let (node, session, cookie) = house().await;
    let hint = hint(&node, "someone", session.id.as_str());
    // Months later, when the key has been replaced but is still published, the hint still counts.
    let asked = LogoutRequest {
        id_token_hint: Some(&hint),
        client_id: Some("dms"),
        post_logout_redirect_uri: Some(BYE),
        state: Some("s t"),
        source: Some("192.0.2.1"),
    };
    let step = log_out(&node.services, asked, Some(cookie.expose()), false).await.unwrap();
    let LogoutStep::Done(Some(location)) = step else { panic!("{step:?}") };
    assert_eq!(location.as_str(), "https://shop.example/bye?state=s+t");
    assert!(sessions::peek(&node.services, cookie.expose()).await.unwrap().is_none());
    // Again, with nothing left to end: the way back is still known.
    let step = log_out(&node.services, asked, Some(cookie.expose()), false).await.unwrap();
    assert!(matches!(step, LogoutStep::Done(Some(_))));
}

#[tokio::test]
async fn applications_hear_of_a_sign_out_even_when_the_session_had_gone_idle() {
    let node = sqlite_node().await;
    node.make_keys().await;
    node.add_client(&listening(public_client("dms", ClientKind::FirstParty), "http://127.0.0.1:1/")).await;
    let user = node.add_user("HKABC101").await;
    let (session, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
    let tx = node.services.store.begin().await.unwrap();
    Sessions::on(tx.connection()).reached(&session.id, "dms", node.services.now()).await.unwrap();
    tx.commit().await.unwrap();
    node.clock.advance_seconds(i64::from(node.services.policy.session.idle_seconds) + 1);

    let step = log_out(&node.services, LogoutRequest::default(), Some(cookie.expose()), false).await.unwrap();
    assert_eq!(step, LogoutStep::Done(None), "nobody is logged in, so nobody is asked");
    let due =
        LogoutDeliveries::on(node.services.store.read()).due("dms", node.services.now(), 10).await.unwrap();
    assert_eq!(due.len(), 1);
}

#[tokio::test]
async fn a_hint_by_a_retired_key_still_counts() {
    let (node, session, _) = house().await;
    let hint = hint(&node, session.profile_id.as_str(), "older");
    let active = i64::from(node.services.policy.keys.active_seconds);
    node.clock.advance_seconds(active - 3600);
    node.make_keys().await;
    node.clock.advance_seconds(7200);
    node.make_keys().await;
    let (_, cookie) = node.log_in(&session.profile_id, Acr::OtpApp, None).await;
    let asked = LogoutRequest { id_token_hint: Some(&hint), ..LogoutRequest::default() };
    let step = log_out(&node.services, asked, Some(cookie.expose()), false).await.unwrap();
    assert_eq!(step, LogoutStep::Done(None));
}

#[tokio::test]
async fn without_proof_the_user_is_asked_and_nobody_is_sent_anywhere() {
    let (node, session, cookie) = house().await;
    let own = hint(&node, session.profile_id.as_str(), "x");
    let others = hint(&node, "someone", "else");
    let plain = LogoutRequest { post_logout_redirect_uri: Some(BYE), ..LogoutRequest::default() };
    let confirm = LogoutStep::Confirm { user_id: "HKABC101".to_owned() };
    for asked in [
        plain,
        LogoutRequest { client_id: Some("dms"), ..plain },
        LogoutRequest { id_token_hint: Some("a.b.c"), ..plain },
        LogoutRequest { id_token_hint: Some(&others), ..plain },
        LogoutRequest { id_token_hint: Some(&own), client_id: Some("ccms"), ..plain },
    ] {
        assert_eq!(
            log_out(&node.services, asked, Some(cookie.expose()), false).await.unwrap(),
            confirm,
            "{asked:?}"
        );
    }
    assert!(sessions::peek(&node.services, cookie.expose()).await.unwrap().is_some());
    let step = log_out(&node.services, plain, Some(cookie.expose()), true).await.unwrap();
    assert_eq!(step, LogoutStep::Done(None));
    assert!(sessions::peek(&node.services, cookie.expose()).await.unwrap().is_none());
    // A hint that is right, and an address that is not.
    let evil = LogoutRequest {
        id_token_hint: Some(&own),
        post_logout_redirect_uri: Some("https://evil.example/"),
        ..LogoutRequest::default()
    };
    assert_eq!(log_out(&node.services, evil, None, false).await.unwrap(), LogoutStep::Done(None));
}

/// An application that answers with each status in turn, and hands on what it was told.
async fn application(statuses: &'static [u16]) -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/backchannel", listener.local_addr().unwrap());
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        for status in statuses.iter().cycle() {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !complete(&request) {
                match stream.read(&mut buffer).await {
                    Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = sender.send(String::from_utf8(request).unwrap());
        }
    });
    (uri, receiver)
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

async fn ended(node: &TestNode, client_id: &str) -> Session {
    let user = node.add_user("HKABC101").await;
    let (session, _) = node.log_in(&user, Acr::OtpApp, None).await;
    let tx = node.services.store.begin().await.unwrap();
    Sessions::on(tx.connection()).reached(&session.id, client_id, node.services.now()).await.unwrap();
    sessions::end(&node.services, &tx, &session, EndedBecause::SignedOut).await.unwrap();
    tx.commit().await.unwrap();
    session
}

#[tokio::test]
async fn an_application_is_told_by_a_signed_token() {
    for node in nodes().await {
        node.make_keys().await;
        let (uri, mut told) = application(&[200]).await;
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), &uri)).await;
        let session = ended(&node, "dms").await;
        assert_eq!(deliver_due(&node.services).await.unwrap(), 1);
        let request = told.recv().await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /backchannel"));
        assert!(head.to_lowercase().contains("content-type: application/x-www-form-urlencoded"));
        let token = body.strip_prefix("logout_token=").unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
        let verified: Option<Value> = node.services.keyring.current().verify(
            token,
            "logout+jwt",
            &SigningAlg::ALL,
            node.services.now(),
        );
        let claims = verified.unwrap();
        assert_eq!(
            (claims["iss"].as_str(), claims["aud"].as_str()),
            (Some("http://localhost:8080"), Some("dms"))
        );
        assert_eq!(claims["sid"].as_str(), Some(session.id.as_str()));
        assert_eq!(claims["sub"].as_str(), Some(session.profile_id.as_str()));
        assert!(claims["events"].get("http://schemas.openid.net/event/backchannel-logout").is_some());
        assert!(insecure_decode::<Value>(token).unwrap().claims["nonce"].is_null());
        node.clock.advance_seconds(90_000);
        assert_eq!(deliver_due(&node.services).await.unwrap(), 0, "once heard is enough");
    }
}

#[tokio::test]
async fn an_application_that_fails_is_told_again_later() {
    for node in nodes().await {
        node.make_keys().await;
        let (uri, mut told) = application(&[500, 302, 204]).await;
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), &uri)).await;
        ended(&node, "dms").await;
        for wait in [0, 5, 10] {
            if wait > 0 {
                node.clock.advance_seconds(wait - 1);
                assert_eq!(deliver_due(&node.services).await.unwrap(), 0, "not before {wait} s");
                node.clock.advance_seconds(1);
            }
            assert_eq!(deliver_due(&node.services).await.unwrap(), 1, "after {wait} s");
            told.recv().await.unwrap();
        }
        node.clock.advance_seconds(7200);
        assert_eq!(deliver_due(&node.services).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_application_that_stays_away_is_given_up() {
    let node = sqlite_node().await;
    node.make_keys().await;
    node.add_client(&listening(public_client("dms", ClientKind::FirstParty), "http://127.0.0.1:1/")).await;
    ended(&node, "dms").await;
    let mut tried = 0;
    for _ in 0..60 {
        tried += deliver_due(&node.services).await.unwrap();
        node.clock.advance_seconds(3600);
    }
    assert!((20..=30).contains(&tried), "tried {tried} times in a day");
}

#[tokio::test]
async fn of_several_nodes_one_delivers() {
    for node in nodes().await {
        node.make_keys().await;
        let (uri, mut told) = application(&[200]).await;
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), &uri)).await;
        ended(&node, "dms").await;
        let at_once: Vec<_> = (0..8)
            .map(|_| {
                let services = std::sync::Arc::clone(&node.services);
                tokio::spawn(async move { deliver_due(&services).await.unwrap() })
            })
            .collect();
        let mut tried = 0;
        for each in at_once {
            tried += each.await.unwrap();
        }
        assert_eq!(tried, 1, "{}", node.database.kind);
        told.recv().await.unwrap();
        assert!(told.try_recv().is_err());
    }
}

/// An application that takes calls and never answers, and how many it has taken.
async fn deaf_application() -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/backchannel", listener.local_addr().unwrap());
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&taken);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            held.push(stream);
        }
    });
    (uri, taken)
}

/// Writes down `count` logouts that a client is to hear of.
async fn owe(node: &TestNode, client_id: &str, count: usize) {
    let user = node.add_user(&format!("HK{client_id}1")).await;
    let now = node.services.now();
    let (session, _) = node.log_in(&user, Acr::OtpApp, None).await;
    let owed: Vec<_> = (0..count)
        .map(|_| LogoutDelivery {
            id: DeliveryId::generate(&*node.services.entropy),
            client_id: client_id.to_owned(),
            session_id: session.id.clone(),
            profile_id: user.clone(),
            created_at: now,
            next_attempt_at: now,
            attempts: 0,
            expires_at: now + DELIVERY_LIFE,
        })
        .collect();
    let tx = node.services.store.begin().await.unwrap();
    LogoutDeliveries::on(tx.connection()).add(&owed).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_does_not_answer_holds_up_no_other() {
    for node in nodes().await {
        node.make_keys().await;
        let (deaf, taken) = deaf_application().await;
        let (uri, mut told) = application(&[200]).await;
        node.add_client(&listening(public_client("deaf", ClientKind::FirstParty), &deaf)).await;
        node.add_client(&listening(public_client("dms", ClientKind::FirstParty), &uri)).await;
        owe(&node, "deaf", 40).await;
        node.clock.advance_seconds(1);
        owe(&node, "dms", 10).await;

        let mut courier = Courier::new(std::sync::Arc::clone(&node.services));
        courier.begin().await.unwrap();
        for _ in 0..10 {
            told.recv().await.unwrap();
        }
        // What comes while the deaf one is still being told is delivered too, and the deaf one is not pressed.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let user = node.add_user("HKABC109").await;
        let (session, _) = node.log_in(&user, Acr::OtpApp, None).await;
        let tx = node.services.store.begin().await.unwrap();
        Sessions::on(tx.connection()).reached(&session.id, "dms", node.services.now()).await.unwrap();
        sessions::end(&node.services, &tx, &session, EndedBecause::SignedOut).await.unwrap();
        tx.commit().await.unwrap();
        courier.begin().await.unwrap();
        told.recv().await.unwrap();
        let pressed = taken.load(std::sync::atomic::Ordering::SeqCst);
        assert!(pressed as u64 <= AT_ONCE, "{pressed} calls at once on {}", node.database.kind);
    }
}

//! Mail over TLS: by STARTTLS and from the first byte, to a server that is who it should be, from a sender it knows.

use super::server::{MailServer, Manner, PASSWORD, USERNAME};
use super::{Post, pause, plain};
use crate::config::{Smtp, SmtpCredentials, SmtpSecurity};

/// What a server at the tests' address is certified for.
const NAME: &str = "127.0.0.1";

const BOTH: [(SmtpSecurity, Manner); 2] =
    [(SmtpSecurity::StartTls, Manner::StartTls), (SmtpSecurity::Tls, Manner::Implicit)];

/// The way to `server`, with everything that it needs.
fn way(server: &MailServer, security: SmtpSecurity) -> Smtp {
    Smtp {
        security,
        authorities: Some(server.authority()),
        credentials: Some(credentials(PASSWORD)),
        ..plain(server.address)
    }
}

fn credentials(password: &str) -> SmtpCredentials {
    SmtpCredentials { username: USERNAME.to_owned(), password: password.to_owned().into() }
}

/// A mail that waits to be sent.
async fn post() -> Post {
    let post = Post::new().await;
    post.queue(Some("a@abc.example"), "en").await;
    post
}

/// Tries `smtp`, which must fail and leave the mail for another time.
async fn fails_for_now(post: &Post, smtp: &Smtp) {
    let sender = post.sender_by(smtp);
    assert_eq!(sender.send_due().await.unwrap(), 1, "it was tried");
    assert_eq!(sender.send_due().await.unwrap(), 0, "and is not tried at once again");
    post.wait(pause(1));
}

#[tokio::test]
async fn mail_leaves_by_starttls_and_by_tls_with_credentials() {
    for (security, manner) in BOTH {
        let (post, server) = (post().await, MailServer::start(manner, NAME).await);
        let sender = post.sender_by(&way(&server, security));
        assert_eq!(sender.send_due().await.unwrap(), 1);
        let mails = server.mails();
        assert_eq!(mails.len(), 1, "{manner:?}");
        assert!(mails[0].contains("a@abc.example"), "{}", mails[0]);
        let expected: &[&str] = if manner == Manner::StartTls { &["EHLO", "STARTTLS"] } else { &[] };
        assert_eq!(server.heard_in_the_clear(), expected);
        post.wait(pause(1));
        assert_eq!(sender.send_due().await.unwrap(), 0, "delivered is delivered");
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_credentials_nor_mail() {
    let (post, mute) = (post().await, MailServer::start(Manner::Never, NAME).await);
    fails_for_now(&post, &way(&mute, SmtpSecurity::StartTls)).await;
    assert!(mute.mails().is_empty());
    let heard = mute.heard_in_the_clear();
    assert!(
        !heard.is_empty() && heard.iter().all(|verb| ["EHLO", "QUIT"].contains(&verb.as_str())),
        "{heard:?}"
    );

    let server = MailServer::start(Manner::StartTls, NAME).await;
    assert_eq!(post.sender_by(&way(&server, SmtpSecurity::StartTls)).send_due().await.unwrap(), 1);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_where_tls_comes_first() {
    let (post, mute) = (post().await, MailServer::start(Manner::Never, NAME).await);
    fails_for_now(&post, &way(&mute, SmtpSecurity::Tls)).await;
    assert!(mute.mails().is_empty() && !mute.heard_in_the_clear().contains(&"AUTH".to_owned()));
}

#[tokio::test]
async fn a_certificate_of_a_stranger_or_for_another_name_is_refused() {
    for (security, manner) in BOTH {
        let (server, stranger) =
            (MailServer::start(manner, NAME).await, MailServer::start(manner, NAME).await);
        let elsewhere = MailServer::start(manner, "mail.example").await;
        let untrusted = [
            Smtp { authorities: Some(stranger.authority()), ..way(&server, security) },
            // The system trusts none that this test has made.
            Smtp { authorities: None, ..way(&server, security) },
            way(&elsewhere, security),
        ];
        for (taken, smtp) in untrusted.into_iter().enumerate() {
            let post = post().await;
            fails_for_now(&post, &smtp).await;
            assert_eq!((server.mails().len(), elsewhere.mails().len()), (taken, 0), "{smtp:?}");
            assert!(!server.heard_in_the_clear().contains(&"AUTH".to_owned()), "{smtp:?}");
            assert_eq!(post.sender_by(&way(&server, security)).send_due().await.unwrap(), 1, "it had stayed");
        }
    }
}

#[tokio::test]
async fn wrong_credentials_and_missing_ones_leave_the_mail_for_a_retry() {
    for (security, manner) in BOTH {
        for wrong in [Some(credentials("wrong horse")), None] {
            let (post, server) = (post().await, MailServer::start(manner, NAME).await);
            fails_for_now(&post, &Smtp { credentials: wrong, ..way(&server, security) }).await;
            assert!(server.mails().is_empty());
            assert_eq!(post.sender_by(&way(&server, security)).send_due().await.unwrap(), 1);
            assert_eq!(server.mails().len(), 1);
        }
    }
}

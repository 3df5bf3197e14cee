//! The outbox: mail is queued in the transaction of what it tells about, and sent afterwards by whoever claims it.
//!
//! So a mail is never sent for something that did not happen, and never lost for something that did. A sender that
//! dies between sending and saying so sends again: delivery is at least once, under one message identifier.

use chrono::TimeDelta;
use countersign_core::Timestamp;
use countersign_core::ids::DeliveryId;
use countersign_core::mail::Mail;
use countersign_store::{DueMail, NewMail, Outbox, StoreError, Tx};
use serde::{Deserialize, Serialize};

use crate::{Purpose, Services};

/// Why a mail could not be queued or settled.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database could not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mail could not be sealed.
    #[error("a mail cannot be sealed: {0}")]
    Seal(String),
}

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Whom it goes to; `None` for a decoy, which costs what a mail costs and goes nowhere.
    pub to: Option<&'a str>,
    /// What it tells.
    pub mail: &'a Mail,
    /// The reader's language, as a tag.
    pub locale: &'a str,
    /// After this it is of no use: an OTP's own end.
    pub expires_at: Timestamp,
}

/// A claimed mail: ours to send until the lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its identifier, the same at every attempt.
    pub id: DeliveryId,
    /// Whom it goes to; `None` for a decoy.
    pub to: Option<String>,
    /// What it tells.
    pub mail: Mail,
    /// The reader's language, as a tag.
    pub locale: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// After this it is of no use.
    pub expires_at: Timestamp,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server took it, or there was nothing to send.
    Delivered,
    /// It will be tried again then.
    Retry(Timestamp),
    /// It will not be tried again.
    GaveUp,
}

#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    mail: std::borrow::Cow<'a, Mail>,
    locale: std::borrow::Cow<'a, str>,
}

/// Queues `letter` as part of `tx`.
pub async fn queue(services: &Services, tx: &Tx, letter: &Letter<'_>) -> Result<DeliveryId, OutboxError> {
    let mail = seal(services, letter, services.now())?;
    let id = mail.id.clone();
    Outbox::on(&tx.connection()).queue(mail).await?;
    Ok(id)
}

/// Queues many letters as part of `tx`, each to be sent from an instant of its own on.
pub async fn queue_all(
    services: &Services,
    tx: &Tx,
    letters: impl IntoIterator<Item = (Letter<'_>, Timestamp)>,
) -> Result<(), OutboxError> {
    let sealed = letters.into_iter().map(|(letter, due_at)| seal(services, &letter, due_at));
    let sealed = sealed.collect::<Result<Vec<_>, _>>()?;
    Ok(Outbox::on(&tx.connection()).queue_all(sealed).await?)
}

fn seal(services: &Services, letter: &Letter<'_>, due_at: Timestamp) -> Result<NewMail, OutboxError> {
    let id = DeliveryId::generate(&*services.entropy);
    let seal = |plain: &[u8]| {
        let sealed = services.vault.seal(Purpose::Outbox, id.as_str().as_bytes(), plain);
        sealed.map_err(|error| OutboxError::Seal(error.to_string()))
    };
    let content = Sealed { mail: std::borrow::Cow::Borrowed(letter.mail), locale: letter.locale.into() };
    let content = serde_json::to_vec(&content).map_err(|error| OutboxError::Seal(error.to_string()))?;
    Ok(NewMail {
        recipient_sealed: letter.to.map(|to| seal(to.as_bytes())).transpose()?,
        message_sealed: seal(&content)?,
        created_at: services.now(),
        due_at,
        expires_at: letter.expires_at,
        id,
    })
}

/// Claims up to `limit` mails that are due, for as long as `lease`. What cannot be opened any more (the master key was
/// replaced) is given up here.
pub async fn claim(services: &Services, limit: u64, lease: TimeDelta) -> Result<Vec<Claimed>, OutboxError> {
    let now = services.now();
    let due = Outbox::on(&services.store.read()).due(now, limit).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let tx = services.store.begin().await?;
    let mut claimed = Vec::new();
    {
        let connection = tx.connection();
        let outbox = Outbox::on(&connection);
        for mail in &due {
            if !outbox.claim(mail, now + lease).await? {
                continue;
            }
            if let Some(opened) = open(services, mail) {
                claimed.push(opened);
            } else {
                tracing::error!(id = %mail.id, "a queued mail cannot be opened and is given up");
                outbox.gave_up(&mail.id, now).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Notes what came of claimed mails, together.
pub async fn settle(services: &Services, outcomes: &[(DeliveryId, Outcome)]) -> Result<(), OutboxError> {
    let now = services.now();
    let tx = services.store.begin().await?;
    {
        let connection = tx.connection();
        let outbox = Outbox::on(&connection);
        for (id, outcome) in outcomes {
            match outcome {
                Outcome::Delivered => outbox.delivered(id, now).await?,
                Outcome::Retry(at) => outbox.retry(id, *at).await?,
                Outcome::GaveUp => outbox.gave_up(id, now).await?,
            }
        }
    }
    Ok(tx.commit().await?)
}

fn open(services: &Services, due: &DueMail) -> Option<Claimed> {
    let open = |sealed: &str| services.vault.open(Purpose::Outbox, due.id.as_str().as_bytes(), sealed);
    let content: Sealed<'static> = serde_json::from_slice(&open(&due.message_sealed)?).ok()?;
    let to = match &due.recipient_sealed {
        Some(sealed) => Some(String::from_utf8(open(sealed)?.to_vec()).ok()?),
        None => None,
    };
    Some(Claimed {
        id: due.id.clone(),
        to,
        mail: content.mail.into_owned(),
        locale: content.locale.into_owned(),
        attempt: due.attempts.saturating_add(1),
        expires_at: due.expires_at,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use countersign_core::mail::{Mail, News};

    use super::{Claimed, Letter, Outcome, claim, queue, settle};
    use crate::Services;
    use crate::testing::nodes;

    const LEASE: TimeDelta = TimeDelta::minutes(2);

    async fn send(services: &Services, to: Option<&str>) {
        let mail = Mail { user_id: "HKABC101".to_owned(), news: News::AccountLocked { at: services.now() } };
        let expires_at = services.now() + TimeDelta::days(1);
        let tx = services.store.begin().await.unwrap();
        queue(services, &tx, &Letter { to, mail: &mail, locale: "en", expires_at }).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn claim_all(services: &Services) -> Vec<Claimed> {
        claim(services, 100, LEASE).await.unwrap()
    }

    #[tokio::test]
    async fn a_mail_is_claimed_once_and_comes_back_when_its_sender_dies() {
        for node in nodes().await {
            send(&node.services, Some("a@abc.example")).await;
            let first = claim_all(&node.services).await;
            assert_eq!(first.len(), 1, "{}", node.database.kind);
            assert_eq!((first[0].to.as_deref(), first[0].attempt), (Some("a@abc.example"), 1));
            assert!(claim_all(&node.services).await.is_empty(), "leased");
            node.clock.advance_seconds(LEASE.num_seconds() + 1);
            let again = claim_all(&node.services).await;
            assert_eq!((again[0].id.clone(), again[0].attempt), (first[0].id.clone(), 2));
        }
    }

    #[tokio::test]
    async fn what_is_settled_stays_so() {
        for node in nodes().await {
            for outcome in [Outcome::Delivered, Outcome::GaveUp] {
                send(&node.services, None).await;
                let claimed = claim_all(&node.services).await;
                assert_eq!(claimed[0].to, None, "a decoy");
                settle(&node.services, &[(claimed[0].id.clone(), outcome)]).await.unwrap();
                node.clock.advance_seconds(LEASE.num_seconds() * 10);
                assert!(claim_all(&node.services).await.is_empty(), "{outcome:?} on {}", node.database.kind);
            }
        }
    }

    #[tokio::test]
    async fn a_retry_waits_for_its_time() {
        for node in nodes().await {
            send(&node.services, Some("a@abc.example")).await;
            let id = claim_all(&node.services).await.remove(0).id;
            let later = node.services.now() + TimeDelta::seconds(30);
            settle(&node.services, &[(id, Outcome::Retry(later))]).await.unwrap();
            assert!(claim_all(&node.services).await.is_empty());
            node.clock.advance_seconds(31);
            assert_eq!(claim_all(&node.services).await.len(), 1);
        }
    }

    #[tokio::test]
    async fn of_many_senders_one_gets_a_mail() {
        for node in nodes().await {
            for _ in 0..4 {
                send(&node.services, Some("a@abc.example")).await;
            }
            let senders: Vec<_> = (0..16)
                .map(|_| {
                    let services = std::sync::Arc::clone(&node.services);
                    tokio::spawn(async move { claim_all(&services).await.len() })
                })
                .collect();
            let mut total = 0;
            for sender in senders {
                total += sender.await.unwrap();
            }
            assert_eq!(total, 4, "{}", node.database.kind);
        }
    }

    #[tokio::test]
    async fn nothing_readable_lies_in_the_table() {
        let node = crate::testing::sqlite_node().await;
        send(&node.services, Some("a@abc.example")).await;
        let read = node.services.store.read();
        let due = countersign_store::Outbox::on(&read).due(node.services.now(), 1).await.unwrap();
        let row = format!("{due:?}");
        assert!(!row.contains("abc.example") && !row.contains("HKABC101"), "{row}");
    }
}

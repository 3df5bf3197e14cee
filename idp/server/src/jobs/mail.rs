//! The outbox's sender: claims what is due, writes it in the reader's language, hands it to the mail server.
//!
//! What fails is tried again, further apart each time, until it has expired; an OTP, at most a few times. What the
//! server refuses for good (5yz, RFC 5321 §4.2.1) is not, unless it is us whom it refuses. Attempts of one mail share a Message-ID.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use countersign_core::ids::DeliveryId;
use countersign_service::Services;
use countersign_service::outbox::{self, Claimed, Outcome};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tokio::task::JoinSet;

use super::transport::{TransportError, transport};
use crate::config::Smtp;
use crate::http::locale::Locale;
use crate::mail;
use crate::serve::Shutdown;

/// How often the outbox is looked into.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long to leave a database alone that does not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Mails sent at once.
const BATCH: u64 = 20;

/// The first pause after a failure; it doubles with each.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// The longest pause between attempts.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// What a server answers to wrong credentials, or to none (RFC 4954 §6).
const NOT_AUTHENTICATED: [u16; 4] = [530, 534, 535, 538];

/// Sends mail on behalf of a node.
pub struct Sender {
    services: Arc<Services>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    message_id_domain: String,
    attempts: u32,
    lease: TimeDelta,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("it cannot be written: {0}")]
    Unwritable(String),
    #[error("{0}")]
    Refused(#[from] lettre::transport::smtp::Error),
}

impl SendError {
    /// Whether trying again is of no use: the mail itself is refused. That the server does not know us is nothing the
    /// mail can help, and may be put right.
    fn is_final(&self) -> bool {
        match self {
            Self::Unwritable(_) => true,
            Self::Refused(error) => {
                let code = error.status().map_or(0, u16::from);
                error.is_permanent() && !NOT_AUTHENTICATED.contains(&code)
            }
        }
    }
}

impl Sender {
    /// A sender by way of `smtp`.
    pub fn new(services: Arc<Services>, smtp: &Smtp) -> Result<Self, TransportError> {
        Ok(Self {
            transport: transport(smtp)?,
            from: smtp.from.clone(),
            message_id_domain: smtp.from.email.domain().to_owned(),
            attempts: smtp.attempts.into(),
            // Longer than any attempt can take: a connection and each command may use the timeout.
            lease: TimeDelta::seconds(i64::from(smtp.timeout_seconds) * 6 + 30),
            services,
        })
    }

    /// Sends what is due now and says how many mails that were.
    pub async fn send_due(self: &Arc<Self>) -> Result<usize, outbox::OutboxError> {
        let claimed = outbox::claim(&self.services, BATCH, self.lease).await?;
        let mut attempts = JoinSet::new();
        for mail in claimed {
            let sender = Arc::clone(self);
            attempts.spawn(async move { sender.attempt(mail).await });
        }
        let outcomes = attempts.join_all().await;
        if !outcomes.is_empty() {
            outbox::settle(&self.services, &outcomes).await?;
        }
        Ok(outcomes.len())
    }

    async fn attempt(&self, claimed: Claimed) -> (DeliveryId, Outcome) {
        let outcome = match &claimed.to {
            // Nobody is there, and nobody may learn that from our load.
            None => Outcome::Delivered,
            Some(_) if claimed.expires_at <= self.services.now() => Outcome::GaveUp,
            Some(to) => match self.send(&claimed, to).await {
                Ok(()) => Outcome::Delivered,
                Err(error) => self.after_failure(&claimed, &error),
            },
        };
        count(outcome);
        (claimed.id, outcome)
    }

    async fn send(&self, claimed: &Claimed, to: &str) -> Result<(), SendError> {
        let unwritable = |error: &dyn std::fmt::Display| SendError::Unwritable(error.to_string());
        let locale = Locale::from_tag(&claimed.locale).unwrap_or_default();
        let written = mail::write(&claimed.mail, locale).map_err(|error| unwritable(&error))?;
        let message = lettre::Message::builder()
            .from(self.from.clone())
            .to(to.parse().map_err(|error| unwritable(&error))?)
            .subject(written.subject)
            .message_id(Some(format!("<{}@{}>", claimed.id, self.message_id_domain)))
            .multipart(MultiPart::alternative_plain_html(written.text, written.html))
            .map_err(|error| unwritable(&error))?;
        self.transport.send(message).await?;
        Ok(())
    }

    fn after_failure(&self, claimed: &Claimed, error: &SendError) -> Outcome {
        let again = self.services.now() + pause(claimed.attempt);
        let often_enough = claimed.mail.news.is_awaited() && claimed.attempt >= self.attempts;
        let hopeless = error.is_final() || often_enough || again >= claimed.expires_at;
        let (id, attempt) = (&claimed.id, claimed.attempt);
        if hopeless {
            tracing::error!(%id, attempt, %error, "mail given up");
            return Outcome::GaveUp;
        }
        tracing::warn!(%id, attempt, %error, "mail not sent; it will be tried again");
        Outcome::Retry(again)
    }
}

/// How long to wait after the `attempt`th failure.
fn pause(attempt: u32) -> TimeDelta {
    let factor = 1_i32.checked_shl(attempt.saturating_sub(1).min(20)).unwrap_or(i32::MAX);
    FIRST_PAUSE.checked_mul(factor).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

fn count(outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Retry(_) => "retried",
        Outcome::GaveUp => "given-up",
    };
    metrics::counter!(crate::metrics::MAILS, "outcome" => outcome).increment(1);
}

/// Sends until shutdown.
pub(super) async fn run(sender: Sender, shutdown: Shutdown) {
    let sender = Arc::new(sender);
    loop {
        let pause = match sender.send_due().await {
            // A full batch: more may be waiting.
            Ok(sent) if u64::try_from(sent).is_ok_and(|sent| sent >= BATCH) => Duration::ZERO,
            Ok(_) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => return,
        }
    }
}

#[cfg(test)]
mod tests;

//! The demo's mailbox, read over its JSON interface.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long a mail may take from the outbox to the mailbox.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mail catcher of one demo.
#[derive(Clone, Debug)]
pub struct MailCatcher {
    base: String,
    http: reqwest::Client,
}

/// One mail that arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its recipients, in one line.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text part.
    pub text: String,
}

impl Mail {
    /// The one-time password in it: six to eight digits standing alone.
    #[must_use]
    pub fn otp(&self) -> Option<String> {
        let found = self
            .text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .find(|word| (6..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit()));
        found.map(str::to_owned)
    }
}

impl MailCatcher {
    pub(crate) fn new(base: String) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { base, http })
    }

    /// Everything that arrived for this address, newest first.
    pub async fn messages_to(&self, address: &str) -> Result<Vec<Mail>> {
        let url = format!("{}/api/messages", self.base);
        let listed: Value = self.http.get(url).send().await?.error_for_status()?.json().await?;
        let messages = listed
            .as_array()
            .or_else(|| listed.get("messages")?.as_array())
            .with_context(|| format!("not a list of messages: {listed}"))?;
        let all = messages.iter().map(|message| Mail {
            to: line(message.get("to")),
            subject: line(message.get("subject")),
            text: line(message.get("text")),
        });
        Ok(all.filter(|mail| mail.to.to_lowercase().contains(&address.to_lowercase())).collect())
    }

    /// Waits until more than `before` mails are there for this address and gives the newest.
    pub async fn newest_after(&self, address: &str, before: usize) -> Result<Mail> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let messages = self.messages_to(address).await?;
            if messages.len() > before
                && let Some(newest) = messages.into_iter().next()
            {
                return Ok(newest);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("no new mail for {address} within {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until among the mails after the first `before` there is one with an OTP, and takes the newest out.
    pub async fn otp_after(&self, address: &str, before: usize) -> Result<String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let messages = self.messages_to(address).await?;
            let new = messages.len().saturating_sub(before);
            if let Some(otp) = messages.iter().take(new).find_map(Mail::otp) {
                return Ok(otp);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("no new OTP for {address} within {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn line(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().map(|one| line(Some(one))).collect::<Vec<_>>().join(", "),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;

//! What arrived, newest first, within bounds.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, PartType};
use serde::Serialize;

/// One message as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Counts up from 1 in order of arrival.
    pub id: u64,
    /// The envelope's recipients, separated by a comma and a space.
    pub to: String,
    /// The envelope's sender.
    pub from: String,
    /// The decoded subject, empty when there is none.
    pub subject: String,
    /// The decoded plain-text body.
    pub text: String,
    /// The decoded HTML body, when the message has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When the last byte arrived.
    pub received_at: DateTime<Utc>,
}

/// The envelope and the raw message, as SMTP delivers them.
pub(crate) struct Delivery {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) raw: Vec<u8>,
    pub(crate) received_at: DateTime<Utc>,
}

/// The messages kept, behind a lock that is only ever held for a moment.
#[derive(Debug)]
pub struct Mailbox {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    newest_first: VecDeque<Message>,
}

impl Mailbox {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), state: Mutex::default() }
    }

    /// Every message that went to `recipient`, or every message; newest first.
    pub(crate) fn messages(&self, recipient: Option<&str>) -> Vec<Message> {
        let sent_to = |message: &&Message| {
            recipient.is_none_or(|wanted| message.to.split(", ").any(|to| to.eq_ignore_ascii_case(wanted)))
        };
        self.state().newest_first.iter().filter(sent_to).cloned().collect()
    }

    pub(crate) fn message(&self, id: u64) -> Option<Message> {
        self.state().newest_first.iter().find(|message| message.id == id).cloned()
    }

    pub(crate) fn clear(&self) {
        self.state().newest_first.clear();
    }

    pub(crate) fn deliver(&self, delivery: Delivery) {
        let message = parse(delivery);
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        state.newest_first.push_front(Message { id, ..message });
        state.newest_first.truncate(self.capacity);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(delivery: Delivery) -> Message {
    let Delivery { from, to, raw, received_at } = delivery;
    let parsed = MessageParser::default().parse(&raw);
    let subject = parsed.as_ref().and_then(|m| m.subject()).unwrap_or_default().to_owned();
    let text = match parsed.as_ref().and_then(|m| m.body_text(0)) {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(&raw).into_owned(),
    };
    // `body_html` would make HTML of a plain-text message; only a part that is HTML counts.
    let html = parsed.as_ref().and_then(|m| m.html_part(0)).and_then(|part| match &part.body {
        PartType::Html(html) => Some(html.clone().into_owned()),
        _ => None,
    });
    Message { id: 0, to: to.join(", "), from, subject, text, html, received_at }
}

//! A request: what was asked for, by whom, who signs it, and where it stands.

use super::document::{Document, SignedText};
use super::state::{Signatory, State};
use super::target::Target;
use crate::Timestamp;
use crate::ids::{ParticipantKey, RequestId};

/// Whose checkers sign a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jurisdiction {
    /// A participant's own.
    Participant(ParticipantKey),
    /// The exchange's operators.
    Exchange,
}

impl Jurisdiction {
    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Participant(key) => key.as_str(),
            Self::Exchange => EXCHANGE,
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        if text == EXCHANGE { Self::Exchange } else { Self::Participant(ParticipantKey::from_stored(text)) }
    }
}

/// No participant's key: those are hexadecimal.
const EXCHANGE: &str = "exchange";

/// A change request.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRequest {
    /// Its identifier.
    pub id: RequestId,
    /// Whose checkers sign it.
    pub jurisdiction: Jurisdiction,
    /// Whose people may see it, where it is about one participant.
    pub concerns: Option<ParticipantKey>,
    /// What is asked for.
    pub signed: SignedText,
    /// Who asks.
    pub maker: Signatory,
    /// Since when.
    pub submitted_at: Timestamp,
    /// Where it stands.
    pub state: State,
}

impl ChangeRequest {
    /// What is asked for.
    #[must_use]
    pub fn document(&self) -> &Document {
        self.signed.document()
    }

    /// What it is about.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        self.document().subjects.iter().map(|subject| subject.target.clone()).collect()
    }
}

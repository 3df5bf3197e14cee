//! Participants of the clearing houses, the settlement agents they appoint, and the exchange itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clearing_house::ClearingHouse;
use super::label::Label;
use crate::Timestamp;
use crate::ids::{ParticipantKey, ProfileId};

/// What a participant is to its clearing house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParticipantKind {
    /// Clears for itself and its clients.
    #[serde(rename = "CP")]
    ClearingParticipant,
    /// Pays for clearing participants.
    #[serde(rename = "DB")]
    DesignatedBank,
    /// Settles for the participants that appointed it.
    #[serde(rename = "SA")]
    SettlementAgent,
    /// The exchange, whose people are operators.
    #[serde(rename = "EX")]
    Exchange,
}

/// A participant, or a settlement agent. A firm in two houses is two participants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Its own identifier.
    pub key: ParticipantKey,
    /// Whose.
    pub clearing_house: ClearingHouse,
    /// Participant ID, as in user IDs of administrators and in claims; unique in its house.
    pub participant: ParticipantCode,
    /// What it is to the house.
    pub kind: ParticipantKind,
    /// Its name.
    pub name: Label,
    /// Codes in the user IDs of its business users.
    pub customer_codes: Vec<ParticipantCode>,
    /// The one Delegated Administrator who may sign as maker and as checker alike, where operators have granted
    /// that: a sole proprietor has nobody else.
    pub sole_administrator: Option<ProfileId>,
    /// When it ceased to be one.
    pub closed_at: Option<Timestamp>,
    /// Counts changes; what a request was built on is compared with it.
    pub version: i64,
}

/// A participant ID or a customer code, in the form of its clearing house.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ParticipantCode(String);

/// The text is no participant ID or customer code of that house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParticipantCode {
    /// HKCC and SEOCH.
    #[error("{0} codes are three capital letters or digits")]
    ThreeCharacters(ClearingHouse),
    /// HKSCC.
    #[error("HKSCC codes are five digits")]
    FiveDigits,
    /// The exchange has one code.
    #[error("the exchange's own code is EXCHANGE")]
    NotTheExchange,
}

/// The text is no kind of participant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of participant: CP, DB, SA or EX")]
pub struct UnknownParticipantKind(String);

impl ParticipantKind {
    /// The identifier used in the API and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClearingParticipant => "CP",
            Self::DesignatedBank => "DB",
            Self::SettlementAgent => "SA",
            Self::Exchange => "EX",
        }
    }
}

impl ParticipantCode {
    /// Reads a code of `house`, as typed: space around it and small letters are forgiven.
    pub fn parse(house: ClearingHouse, typed: &str) -> Result<Self, BadParticipantCode> {
        let code = typed.trim().to_ascii_uppercase();
        let every = |length: usize, fits: fn(u8) -> bool| code.len() == length && code.bytes().all(fits);
        match house {
            ClearingHouse::Hkcc | ClearingHouse::Seoch => {
                every(3, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                    .then_some(())
                    .ok_or(BadParticipantCode::ThreeCharacters(house))
            }
            ClearingHouse::Hkscc => {
                every(5, |byte| byte.is_ascii_digit()).then_some(()).ok_or(BadParticipantCode::FiveDigits)
            }
            ClearingHouse::Exchange => {
                (code == house.as_str()).then_some(()).ok_or(BadParticipantCode::NotTheExchange)
            }
        }?;
        Ok(Self(code))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ParticipantKind {
    type Err = UnknownParticipantKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::ClearingParticipant, Self::DesignatedBank, Self::SettlementAgent, Self::Exchange]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownParticipantKind(text.to_owned()))
    }
}

impl fmt::Display for ParticipantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ParticipantCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;

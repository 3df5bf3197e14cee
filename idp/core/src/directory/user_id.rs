//! User IDs: their grammar as data, one pattern per clearing house and kind.
//!
//! A pattern is a regular expression over capital letters and digits that describes the whole of an ID. Its one pair of
//! capturing parentheses, if any, surrounds the participant's or customer's code.

mod pattern;

use serde::Serialize;

pub use pattern::{BadPattern, Pattern};

use super::clearing_house::ClearingHouse;
use super::profile::UserKind;

crate::settings! {
    /// One pattern per clearing house and kind of user.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct UserIdPolicy {
        /// Delegated Administrators of HKCC. A regular expression for the whole ID, at most 32 characters: capital
        /// letters and digits, `[…]` for one of a set, `{n}`, `{n,m}` and `?` to repeat, `(?:a|b)` to choose, and
        /// parentheses around the participant's or customer's code.
        pub hkcc_administrator: String = "HK([A-Z0-9]{3})[1-4][XYZ][1-9]".to_owned(),
        /// Business users of HKCC.
        pub hkcc_business_user: String = "HK([A-Z0-9]{3})[1-4][A-Z0-9]{2}".to_owned(),
        /// Delegated Administrators of SEOCH.
        pub seoch_administrator: String = "HK([A-Z0-9]{3})[XYZ][1-4][1-9]".to_owned(),
        /// Business users of SEOCH.
        pub seoch_business_user: String = "HK([A-Z0-9]{3})[1-4][A-Z0-9]{2}".to_owned(),
        /// Delegated Administrators of HKSCC.
        pub hkscc_administrator: String = "B([0-9]{5})[XYZ][1-9]".to_owned(),
        /// Business users of HKSCC.
        pub hkscc_business_user: String = "B([0-9]{5})[A-Z0-9]{2}".to_owned(),
        /// Operators of the exchange.
        pub exchange_operator: String = "OPS[0-9]{3}".to_owned(),
    }
}

impl UserIdPolicy {
    /// Every pattern, with the key it is set by and whom it is for.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, ClearingHouse, UserKind, &str); 7] {
        use ClearingHouse::{Exchange, Hkcc, Hkscc, Seoch};
        use UserKind::{BusinessUser, DelegatedAdministrator, Operator};
        [
            ("hkcc_administrator", Hkcc, DelegatedAdministrator, &self.hkcc_administrator),
            ("hkcc_business_user", Hkcc, BusinessUser, &self.hkcc_business_user),
            ("seoch_administrator", Seoch, DelegatedAdministrator, &self.seoch_administrator),
            ("seoch_business_user", Seoch, BusinessUser, &self.seoch_business_user),
            ("hkscc_administrator", Hkscc, DelegatedAdministrator, &self.hkscc_administrator),
            ("hkscc_business_user", Hkscc, BusinessUser, &self.hkscc_business_user),
            ("exchange_operator", Exchange, Operator, &self.exchange_operator),
        ]
    }
}

/// The grammar of every user ID of an installation.
#[derive(Clone, Debug, PartialEq)]
pub struct UserIdGrammar(Vec<GrammarRule>);

/// One line of the grammar.
#[derive(Clone, Debug, PartialEq)]
struct GrammarRule {
    clearing_house: ClearingHouse,
    kind: UserKind,
    pattern: Pattern,
}

/// What a user ID's text says of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Clearing house.
    pub clearing_house: ClearingHouse,
    /// Kind.
    pub kind: UserKind,
    /// The participant's or customer's code in it, where there is one.
    pub code: Option<String>,
}

/// Why a user ID is refused on entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserIdError {
    /// No pattern of its house and kind fits.
    #[error("not a user ID of that clearing house and kind; expected {expected}")]
    Malformed {
        /// The pattern, for people.
        expected: String,
    },
    /// A business user's ID that reads as a Delegated Administrator's.
    #[error("reads as a Delegated Administrator's user ID of {0}")]
    ReadsAsAdministrator(ClearingHouse),
    /// The grammar has no such line.
    #[error("that clearing house has no users of that kind")]
    NoSuchKind,
}

/// A user ID as stored and compared: without surrounding space, in capitals.
#[must_use]
pub fn normalise(typed: &str) -> String {
    typed.trim().to_uppercase()
}

impl UserIdGrammar {
    /// Everything the text can mean. Where it reads as an administrator's, it does not read as a business user's.
    #[must_use]
    pub fn readings(&self, user_id: &str) -> Vec<Reading> {
        let all: Vec<Reading> = self.0.iter().filter_map(|rule| rule.read(user_id)).collect();
        if all.iter().any(|reading| reading.kind == UserKind::DelegatedAdministrator) {
            all.into_iter().filter(|reading| reading.kind != UserKind::BusinessUser).collect()
        } else {
            all
        }
    }

    /// Whether `user_id` may be given to a user of that house and kind.
    pub fn check(&self, user_id: &str, house: ClearingHouse, kind: UserKind) -> Result<Reading, UserIdError> {
        let mut rules =
            self.0.iter().filter(|rule| rule.clearing_house == house && rule.kind == kind).peekable();
        let expected = rules.peek().ok_or(UserIdError::NoSuchKind)?.pattern.to_string();
        let reading = rules.find_map(|rule| rule.read(user_id)).ok_or(UserIdError::Malformed { expected })?;
        match self.readings(user_id).iter().find(|other| other.kind == UserKind::DelegatedAdministrator) {
            Some(administrator) if kind == UserKind::BusinessUser => {
                Err(UserIdError::ReadsAsAdministrator(administrator.clearing_house))
            }
            Some(_) | None => Ok(reading),
        }
    }
}

impl TryFrom<&UserIdPolicy> for UserIdGrammar {
    type Error = BadPattern;

    fn try_from(policy: &UserIdPolicy) -> Result<Self, Self::Error> {
        let rules = policy.lines().into_iter().map(|(_, clearing_house, kind, pattern)| {
            Ok(GrammarRule { clearing_house, kind, pattern: pattern.parse()? })
        });
        Ok(Self(rules.collect::<Result<_, _>>()?))
    }
}

impl GrammarRule {
    fn read(&self, user_id: &str) -> Option<Reading> {
        let code = self.pattern.fit(user_id)?.code.map(str::to_owned);
        Some(Reading { clearing_house: self.clearing_house, kind: self.kind, code })
    }
}

#[cfg(test)]
mod tests;

//! The parameters of a query, read strictly: what is unknown, repeated or wrong is named, all of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use chrono::DateTime;
use countersign_core::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::refusal::{Fault, Flaw, Kind, Refusal};

/// Parameters that nobody has asked for yet, and what was found wrong so far.
#[derive(Debug, Default)]
pub struct Parameters {
    given: BTreeMap<String, String>,
    flaws: Vec<Flaw>,
}

impl Parameters {
    /// Reads a query.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut parameters = Self::default();
        let mut repeated = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if parameters.given.contains_key(name.as_ref()) {
                repeated.insert(name.into_owned());
            } else {
                parameters.given.insert(name.into_owned(), value.into_owned());
            }
        }
        parameters.flaws = repeated.iter().map(|name| flaw(name, Fault::Repeated)).collect();
        parameters
    }

    /// A text of at most `most` characters. Empty is absent.
    pub fn text(&mut self, name: &str, most: u32) -> Option<String> {
        let text = self.given.remove(name).filter(|text| !text.is_empty())?;
        match fault_of(&text, most) {
            Some(fault) => self.wrong(name, fault),
            None => Some(text),
        }
    }

    /// One of a closed list.
    pub fn one_of<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.given.remove(name)?;
        text.parse().ok().or_else(|| self.wrong(name, Fault::NotAllowed))
    }

    /// One of a closed list of the contract.
    pub fn known<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name, 40)?;
        let known = serde_json::from_value(Value::String(text)).ok();
        known.or_else(|| self.wrong(name, Fault::NotAllowed))
    }

    /// A word that `T` knows, as it stands.
    pub fn word<T: DeserializeOwned>(&mut self, name: &str) -> Option<String> {
        let word = self.given.get(name).cloned();
        self.known::<T>(name).and(word)
    }

    /// Whether nothing was found wrong so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.flaws.is_empty()
    }

    /// A number within `range`.
    pub fn number(&mut self, name: &str, range: RangeInclusive<u16>) -> Option<u16> {
        let text = self.given.remove(name)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        let fault = Fault::OutOfRange((*range.start()).into(), (*range.end()).into());
        number.or_else(|| self.wrong(name, fault))
    }

    /// A place in the audit trail: 0, or one that a record can have.
    pub fn place(&mut self, name: &str) -> Option<i64> {
        let text = self.given.remove(name)?;
        let place = text.parse().ok().filter(|place| *place >= 0);
        place.or_else(|| self.wrong(name, Fault::NotAllowed))
    }

    /// An instant of RFC 3339.
    pub fn instant(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.given.remove(name)?;
        let instant = DateTime::parse_from_rfc3339(&text).ok().map(|at| at.to_utc());
        instant.or_else(|| self.wrong(name, Fault::NotAnInstant))
    }

    /// Notes what is wrong with a parameter.
    pub fn wrong<T>(&mut self, name: &str, fault: Fault) -> Option<T> {
        self.flaws.push(flaw(name, fault));
        None
    }

    /// Everything was asked for: what is left is unknown.
    pub fn finish(mut self) -> Result<(), Refusal> {
        let unknown = self.given.keys().map(|name| flaw(name, Fault::Unknown));
        self.flaws.extend(unknown);
        if self.flaws.is_empty() { Ok(()) } else { Err(Refusal::of(Kind::InvalidParameters, self.flaws)) }
    }
}

/// What is wrong with a text that people enter. What was not UTF-8 was decoded to replacement characters.
#[must_use]
pub fn fault_of(text: &str, most: u32) -> Option<Fault> {
    let most_chars = usize::try_from(most).unwrap_or(usize::MAX);
    if text.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '\u{FFFD}')) {
        Some(Fault::NotPlainText)
    } else {
        (text.chars().count() > most_chars).then_some(Fault::TooLong(most))
    }
}

/// Longest name of a parameter that is repeated to its sender.
const LONGEST_NAME: usize = 64;

fn flaw(name: &str, fault: Fault) -> Flaw {
    let field = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    Flaw { field, fault }
}

/// The one thing that the address names. What no name can be is the name of nothing.
#[derive(Debug)]
pub struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        match path {
            Ok(Path(name)) if fault_of(&name, 64).is_none() => Ok(Self(name)),
            _ => Err(Refusal::new(Kind::NotFound)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

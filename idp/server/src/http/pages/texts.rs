//! The texts of pages and mails, in three languages, and how moments are written.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Hong_Kong;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader as _, static_loader};

use crate::http::locale::Locale;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // The marks around arguments serve right-to-left languages; here they would only travel along when a
        // code is copied from a mail.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// An argument of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Inserted as it is (and escaped by the template).
    Text(String),
    /// A count; the text chooses its plural by it.
    Number(u32),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// Templates hand over references, to references at times.
impl<T: Clone> From<&T> for Arg
where
    Self: From<T>,
{
    fn from(value: &T) -> Self {
        Self::from(value.clone())
    }
}

/// The texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts(pub Locale);

impl Texts {
    /// The text of a key. A key without a text shows as itself and is logged; a test keeps that from happening.
    #[must_use]
    pub fn get(self, key: &str) -> String {
        self.find(key).unwrap_or_else(|| missing(key))
    }

    /// The text of a key that need not have one.
    #[must_use]
    pub fn find(self, key: &str) -> Option<String> {
        LOCALES.try_lookup(&self.0.identifier(), key)
    }

    /// The text of a key with its arguments.
    #[must_use]
    pub fn with(self, key: &str, args: &[(&'static str, Arg)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args
            .iter()
            .map(|(name, arg)| {
                let value = match arg {
                    Arg::Text(text) => FluentValue::from(text.as_str()),
                    Arg::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        LOCALES.try_lookup_with_args(&self.0.identifier(), key, &args).unwrap_or_else(|| missing(key))
    }
}

fn missing(key: &str) -> String {
    tracing::error!(key, "a text is missing");
    key.to_owned()
}

/// A moment as people of the clearing houses write it: `DD-MMM-YY HH:MM`, Hong Kong time, in every language.
#[must_use]
pub fn shown_moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Hong_Kong).format("%d-%b-%y %H:%M").to_string()
}

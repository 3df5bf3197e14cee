//! One pattern of the grammar: a regular expression that an installation sets, within bounds.
//!
//! Whoever sets it is trusted, and may still be mistaken: a pattern that could fit nothing, or an ID of any length, is
//! refused when it is read. Matching takes time in proportion to the ID's length, whatever the pattern.

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

/// Longest user ID that a pattern may describe.
const LONGEST_ID: usize = 32;

/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 256;

/// The largest program that a pattern may become, in bytes.
const LARGEST_PROGRAM: usize = 64 * 1024;

/// Groups within groups.
const DEEPEST: u32 = 8;

/// A pattern, read.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    whole: Regex,
}

/// An ID that fits a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit<'a> {
    /// The code in it, where the pattern has one.
    pub(super) code: Option<&'a str>,
}

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the user ID pattern {pattern:?}: {reason}")]
pub struct BadPattern {
    pattern: String,
    reason: String,
}

impl Pattern {
    /// How the whole of `user_id` fits.
    pub(super) fn fit<'a>(&self, user_id: &'a str) -> Option<Fit<'a>> {
        let groups = self.whole.captures(user_id)?;
        Some(Fit { code: groups.get(1).map(|code| code.as_str()) })
    }

    fn read(source: &str) -> Result<Self, String> {
        if source.len() > LONGEST_PATTERN {
            return Err(format!("longer than {LONGEST_PATTERN} characters"));
        }
        let plain = |character: char| {
            character.is_ascii_uppercase() || character.is_ascii_digit() || "[](){}?:|,-".contains(character)
        };
        if !source.chars().all(plain) {
            return Err("only capital letters, digits, and []{}()|?:,- have a meaning".to_owned());
        }
        check_bounds(source)?;
        // The source stands alone above, so that the parentheses here close what they open.
        let whole = RegexBuilder::new(&format!("^(?:{source})$"))
            .unicode(false)
            .size_limit(LARGEST_PROGRAM)
            .nest_limit(DEEPEST)
            .build()
            .map_err(|_| "too large".to_owned())?;
        Ok(Self { source: source.to_owned(), whole })
    }
}

/// What fits has a length, and at most one code.
fn check_bounds(source: &str) -> Result<(), String> {
    let parsed = ParserBuilder::new().unicode(false).nest_limit(DEEPEST).build().parse(source);
    let parsed = parsed.map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "not a regular expression".to_owned(),
    })?;
    let properties = parsed.properties();
    if properties.explicit_captures_len() > 1 {
        return Err("more than one pair of parentheses; (?:…) makes a group that is not the code".to_owned());
    }
    let lengths = (properties.minimum_len().unwrap_or(0), properties.maximum_len().unwrap_or(usize::MAX));
    if lengths.0 == 0 || lengths.1 > LONGEST_ID {
        return Err(format!("between 1 and {LONGEST_ID} characters long"));
    }
    Ok(())
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(source: &str) -> Result<Self, Self::Err> {
        Self::read(source).map_err(|reason| BadPattern { pattern: source.to_owned(), reason })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

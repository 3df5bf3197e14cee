//! What things and firms are called: a short text on one line.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name of 1 to 200 characters, none of which is a control character.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// The text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLabel {
    /// Nothing but space.
    #[error("a name is not empty")]
    Empty,
    /// More than it may have.
    #[error("a name has at most 200 characters")]
    TooLong,
    /// A line break, a tab, or another character that is not for reading.
    #[error("a name has no line breaks, tabs or other control characters")]
    ControlCharacter,
}

impl Label {
    /// Longest name, in characters.
    pub const LONGEST: usize = 200;

    /// Reads a name; space around it is dropped.
    pub fn parse(typed: &str) -> Result<Self, BadLabel> {
        let name = typed.trim();
        if name.is_empty() {
            Err(BadLabel::Empty)
        } else if name.chars().count() > Self::LONGEST {
            Err(BadLabel::TooLong)
        } else if name.chars().any(|character| character.is_control() || turns_writing(character)) {
            Err(BadLabel::ControlCharacter)
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that reverse or isolate what follows, or break its line: with them, a checker would read another name
/// than the one that is stored.
pub(super) fn turns_writing(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for Label {
    type Error = BadLabel;

    fn try_from(typed: String) -> Result<Self, Self::Error> {
        Self::parse(&typed)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_on_one_line() {
        let read = |typed: &str| Label::parse(typed).map(String::from);
        assert_eq!(read("  甲乙丙 Limited "), Ok("甲乙丙 Limited".to_owned()));
        assert_eq!(read(&"甲".repeat(200)), Ok("甲".repeat(200)));
        assert_eq!(read(&"甲".repeat(201)), Err(BadLabel::TooLong));
        for empty in ["", " ", "\n\t"] {
            assert_eq!(read(empty), Err(BadLabel::Empty));
        }
        for bad in ["A\nB", "A\tB", "A\0B", "A\u{85}B", "A\u{7f}B", "A\u{202e}B", "A\u{2066}B", "A\u{2028}B"]
        {
            assert_eq!(read(bad), Err(BadLabel::ControlCharacter), "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_checked_wherever_it_is_read() {
        assert_eq!(serde_json::from_str::<Label>(r#"" ABC ""#).unwrap().as_str(), "ABC");
        assert!(serde_json::from_str::<Label>(r#""A\nB""#).is_err());
    }
}

//! Where the next page of a listing begins, as a text that callers pass back without looking inside.
//!
//! A cursor opens nothing: it only says after which entry to go on, and what follows is sought in the caller's scope.
//! So it is checked for sense and needs no seal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::directory::listing::{Position, SortKey};
use serde::{Deserialize, Serialize};

/// Longest cursor that is read.
const LONGEST: usize = 1_000;

/// What a listing's cursors are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Which listing it is, and how it is sorted.
    pub of: String,
    /// Whether it is sorted by instants rather than texts.
    pub by_time: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    of: String,
    at: Position,
}

impl Kind {
    /// The cursor of a listing that goes on after `at`.
    #[must_use]
    pub fn write(self, at: Position) -> String {
        // Texts and numbers always serialise.
        let json = serde_json::to_vec(&Written { of: self.of, at }).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(json)
    }

    /// Reads a cursor of this kind.
    pub fn read(&self, text: &str) -> Result<Position, ForeignCursor> {
        if text.len() > LONGEST {
            return Err(ForeignCursor);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| ForeignCursor)?;
        let Written { of, at } = serde_json::from_slice(&json).map_err(|_| ForeignCursor)?;
        // PostgreSQL has no text with a NUL in it.
        let sound = |text: &str| !text.contains('\0');
        let key_fits = match &at.key {
            SortKey::Text(text) => !self.by_time && sound(text),
            SortKey::Millis(_) => self.by_time,
        };
        (of == self.of && key_fits && sound(&at.tie)).then_some(at).ok_or(ForeignCursor)
    }
}

/// The text is no cursor, or one of another listing, or of one sorted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this listing")]
pub struct ForeignCursor;

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(of: &str, by_time: bool) -> Kind {
        Kind { of: of.to_owned(), by_time }
    }

    #[test]
    fn a_cursor_goes_on_where_it_was_and_nowhere_else() {
        let at = Position { key: SortKey::Millis(5), tie: "p".into() };
        let cursor = kind("last_login", true).write(at.clone());
        assert_eq!(kind("last_login", true).read(&cursor), Ok(at));
        assert_eq!(kind("status", true).read(&cursor), Err(ForeignCursor));
        // The right name with the wrong kind of key would reach the database as a comparison of unlike things.
        assert_eq!(kind("last_login", false).read(&cursor), Err(ForeignCursor));
        let nul = Position { key: SortKey::Text("a\0".into()), tie: "p".into() };
        let nul = kind("surname", false).write(nul);
        assert_eq!(kind("surname", false).read(&nul), Err(ForeignCursor));
        for nonsense in ["", "!", "e30", &"A".repeat(5_000)] {
            assert_eq!(kind("", false).read(nonsense), Err(ForeignCursor));
        }
    }
}

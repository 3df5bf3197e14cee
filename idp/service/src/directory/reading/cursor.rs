//! Where the next page of a listing begins, as a text that callers pass back without looking inside.
//!
//! A cursor opens nothing: it only says after which entry to go on, and what follows is sought in the caller's scope.
//! So it is checked for sense and needs no seal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::directory::listing::{Order, Position, ProfileSort, SortKey};
use serde::{Deserialize, Serialize};

/// Longest cursor that is read.
const LONGEST: usize = 1_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    by: ProfileSort,
    order: Order,
    at: Position,
}

/// The cursor of a listing sorted so that goes on after `at`.
#[must_use]
pub fn write(by: ProfileSort, order: Order, at: Position) -> String {
    let json = serde_json::to_vec(&Written { by, order, at }).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json)
}

/// Reads a cursor of a listing that is sorted so.
pub fn read(text: &str, by: ProfileSort, order: Order) -> Result<Position, ForeignCursor> {
    if text.len() > LONGEST {
        return Err(ForeignCursor);
    }
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| ForeignCursor)?;
    let written: Written = serde_json::from_slice(&json).map_err(|_| ForeignCursor)?;
    let fits = matches!(written.at.key, SortKey::Millis(_)) == (by == ProfileSort::LastLogin);
    let texts = [
        Some(&written.at.tie),
        match &written.at.key {
            SortKey::Text(text) => Some(text),
            SortKey::Millis(_) => None,
        },
    ];
    // PostgreSQL has no text with a NUL in it.
    let sound = texts.into_iter().flatten().all(|text| !text.contains('\0'));
    (written.by == by && written.order == order && fits && sound).then_some(written.at).ok_or(ForeignCursor)
}

/// The text is no cursor, or one of a listing sorted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this listing")]
pub struct ForeignCursor;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_on_where_it_was_and_nowhere_else() {
        let at = Position { key: SortKey::Millis(5), tie: "p".into() };
        let cursor = write(ProfileSort::LastLogin, Order::Desc, at.clone());
        assert_eq!(read(&cursor, ProfileSort::LastLogin, Order::Desc), Ok(at.clone()));
        assert_eq!(read(&cursor, ProfileSort::LastLogin, Order::Asc), Err(ForeignCursor));
        assert_eq!(read(&cursor, ProfileSort::UserId, Order::Desc), Err(ForeignCursor));
        // The right name with the wrong kind of key would reach the database as a comparison of unlike things.
        let unlike = write(ProfileSort::UserId, Order::Asc, at);
        assert_eq!(read(&unlike, ProfileSort::UserId, Order::Asc), Err(ForeignCursor));
        let nul = Position { key: SortKey::Text("a\0".into()), tie: "p".into() };
        let nul = write(ProfileSort::Surname, Order::Asc, nul);
        assert_eq!(read(&nul, ProfileSort::Surname, Order::Asc), Err(ForeignCursor));
        for nonsense in ["", "!", "e30", &"A".repeat(5_000)] {
            assert_eq!(read(nonsense, ProfileSort::UserId, Order::Asc), Err(ForeignCursor));
        }
    }
}

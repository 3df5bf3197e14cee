//! Which page of a list is wanted, and the page that is answered.

use countersign_api::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use countersign_core::directory::listing::Position;
use countersign_service::directory::reading::cursor::Kind;
use countersign_service::directory::reading::page::Paged;

use super::parameters::Parameters;
use super::refusal::Fault;

/// A page that is asked for.
pub(super) struct Wanted {
    /// Most entries.
    pub(super) limit: u16,
    /// After which entry.
    pub(super) after: Option<Position>,
}

/// Reads which page is asked for, of a list with such cursors.
pub(super) fn wanted(parameters: &mut Parameters, cursors: &Kind) -> Wanted {
    let after = parameters.text("cursor", 1_000).and_then(|text| {
        let after = cursors.read(&text).ok();
        after.or_else(|| parameters.wrong("cursor", Fault::ForeignCursor))
    });
    Wanted { limit: parameters.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT), after }
}

/// The page of what was found.
pub(super) fn page<T, U>(
    found: Paged<T>,
    cursors: Kind,
    count: Option<u64>,
    show: impl FnMut(T) -> U,
) -> Page<U> {
    let Paged { items, next } = found.map(show);
    Page { items, next: next.map(|at| cursors.write(at)), count }
}

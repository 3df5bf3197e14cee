//! A page of a listing, cut from what was found.

use countersign_core::directory::listing::Position;

/// A page.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    /// Its entries.
    pub items: Vec<T>,
    /// After which the next page goes on; none on the last one.
    pub next: Option<Position>,
}

/// One more entry than is shown tells whether there is another page.
pub(super) fn one_more(limit: u16) -> u64 {
    u64::from(limit) + 1
}

impl<T> Paged<T> {
    /// The first `limit` of what was found.
    pub(super) fn of(mut found: Vec<(T, Position)>, limit: u16) -> Self {
        let limit = usize::from(limit);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(_, at)| at.clone());
        Self { items: found.into_iter().map(|(item, _)| item).collect(), next }
    }

    /// The same page of something else.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

//! Business user groups: User Group Listing. There are at most 1,296 of them, so they are sought and sorted here.

use std::str::FromStr;

use countersign_core::directory::business_group::{GroupDefinition, TerminalFunction};
use countersign_core::directory::listing::{Order, Position, SortKey, UnknownSort};
use countersign_core::directory::search;
use countersign_store::{Groups, StoreError};

use super::cursor::Kind;
use super::page::Paged;
use crate::Services;

/// A group as it is found.
pub use countersign_store::StoredGroup as Found;

/// What groups are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupSort {
    /// Code.
    #[default]
    Code,
    /// English name in lower case, then code.
    Name,
}

impl FromStr for GroupSort {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "code" => Ok(Self::Code),
            "name" => Ok(Self::Name),
            _ => Err(UnknownSort),
        }
    }
}

/// A listing that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Beginnings of words of code and names, all of which must be found.
    pub words: Vec<String>,
    /// A function that is granted.
    pub function: Option<TerminalFunction>,
    /// Sorted by what.
    pub by: GroupSort,
    /// Which way.
    pub order: Order,
}

impl Listing {
    /// What its cursors are like.
    #[must_use]
    pub fn cursors(&self) -> Kind {
        let by = match self.by {
            GroupSort::Code => "code",
            GroupSort::Name => "name",
        };
        Kind { of: format!("groups by {by} {}", self.order.as_str()), by_time: false }
    }

    fn holds(&self, group: &GroupDefinition) -> bool {
        let name = &group.name;
        let texts = [group.code.as_str(), name.en.as_str(), name.zh_hant.as_str(), name.zh_hans.as_str()];
        let found: Vec<String> = texts.into_iter().flat_map(search::words).collect();
        self.function.is_none_or(|function| group.functions.contains(&function))
            && self.words.iter().all(|word| found.iter().any(|of| of.starts_with(word.as_str())))
    }

    fn position(&self, group: &GroupDefinition) -> (String, String) {
        let code = group.code.to_string();
        match self.by {
            GroupSort::Code => (code.clone(), code),
            GroupSort::Name => (group.name.en.as_str().to_lowercase(), code),
        }
    }
}

/// At most `limit` groups, after the given one; and how many there are on all pages.
pub async fn page(
    services: &Services,
    listing: &Listing,
    after: Option<&Position>,
    limit: u16,
) -> Result<(Paged<Found>, u64), StoreError> {
    let all = Groups::on(services.store.read()).all().await?;
    let held = all.into_iter().filter(|group| listing.holds(&group.definition));
    let mut placed: Vec<_> = held.map(|group| (listing.position(&group.definition), group)).collect();
    placed.sort_by(|(one, _), (other, _)| match listing.order {
        Order::Asc => one.cmp(other),
        Order::Desc => other.cmp(one),
    });
    let count = u64::try_from(placed.len()).unwrap_or(u64::MAX);
    if let Some(Position { key: SortKey::Text(key), tie }) = after {
        let mark = (key.clone(), tie.clone());
        placed.retain(|(at, _)| match listing.order {
            Order::Asc => *at > mark,
            Order::Desc => *at < mark,
        });
    }
    let placed =
        placed.into_iter().map(|((key, tie), group)| (group, Position { key: SortKey::Text(key), tie }));
    Ok((Paged::of(placed.collect(), limit), count))
}

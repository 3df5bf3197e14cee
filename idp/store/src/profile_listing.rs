//! Listings of profiles: which ones, how many, and what is said of them. Nothing is found outside the scope asked with.
//!
//! A page is read in two steps: first who stands on it, from indexes; then what is said of those few.

mod entry;
mod filter;

use std::collections::BTreeMap;

use countersign_core::directory::actor::Scope;
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::listing::{Order, Position, ProfileFilter, ProfileSort, SortKey};
use sea_orm::sea_query::{self, Alias, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, QueryResult};

use crate::entities::{profile_activity, profiles};
use crate::profile_terms::Search;
use crate::{Connection, StoreError};
use filter::{P, activity, profile};

/// The repository of listings.
pub struct ProfileListing<'a>(Connection<'a>);

/// How a listing is sorted, and from where on it is wanted.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// By what.
    pub by: ProfileSort,
    /// Which way.
    pub order: Order,
    /// After this entry.
    pub after: Option<Position>,
}

impl<'a> ProfileListing<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// At most `limit` entries, each with where it stands.
    pub async fn page(
        &self,
        scope: &Scope,
        wanted: &ProfileFilter,
        sorted: &Sorted,
        limit: u64,
    ) -> Result<Vec<(DirectoryEntry, Position)>, StoreError> {
        let search = self.search(scope, wanted, false).await?;
        let rows = self.0.executor().query_all(&page(scope, wanted, &search, sorted, limit)).await?;
        let places = rows.iter().map(|row| place(row, sorted.by)).collect::<Result<Vec<_>, _>>()?;
        let ids = places.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let mut entries = self.entries(scope, profile(profiles::Column::Id).is_in(ids)).await?;
        // One that is gone in between is not on the page.
        Ok(places.into_iter().filter_map(|(id, place)| Some((entries.remove(&id)?, place))).collect())
    }

    /// How many entries there are.
    pub async fn count(&self, scope: &Scope, wanted: &ProfileFilter) -> Result<u64, StoreError> {
        let mut select = Query::select();
        let search = self.search(scope, wanted, true).await?;
        let joined = filter::apply(&mut select, scope, wanted, &search);
        select.expr_as(Expr::cust("COUNT(*)"), Alias::new("n")).from_as(profiles::Entity, Alias::new(P));
        joined.join(&mut select);
        let row = self.0.executor().query_one(&select).await?;
        let count = row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The profile of that user ID, if it is in scope.
    pub async fn find(&self, scope: &Scope, user_id: &str) -> Result<Option<DirectoryEntry>, StoreError> {
        let found = self.entries(scope, profile(profiles::Column::UserId).eq(user_id)).await?;
        Ok(found.into_values().next())
    }

    /// How terms are looked up: by asking each of the few of a participant, or as is quicker among all.
    async fn search(&self, scope: &Scope, wanted: &ProfileFilter, whole: bool) -> Result<Search, StoreError> {
        let terms = filter::terms(wanted);
        if scope.participant().is_some() || wanted.participant.is_some() {
            return Ok(Search::each(terms));
        }
        Search::plan(&self.0, terms, whole).await
    }

    async fn entries(
        &self,
        scope: &Scope,
        which: Expr,
    ) -> Result<BTreeMap<String, DirectoryEntry>, StoreError> {
        let mut select = entry::select();
        filter::within(&mut select, scope);
        select.and_where(which);
        let rows = self.0.executor().query_all(&select).await?;
        rows.iter().map(|row| entry::read(row).map(|entry| (entry.id.as_str().to_owned(), entry))).collect()
    }
}

fn page(
    scope: &Scope,
    wanted: &ProfileFilter,
    search: &Search,
    sorted: &Sorted,
    limit: u64,
) -> SelectStatement {
    let mut select = Query::select();
    let mut joined = filter::apply(&mut select, scope, wanted, search);
    let (key, tie) = sort(sorted.by);
    if sorted.by == ProfileSort::LastLogin {
        joined.activity = false;
        select.from_as(profile_activity::Entity, Alias::new(filter::A));
        let same = activity(profile_activity::Column::ProfileId).eq(profile(profiles::Column::Id));
        select.join_as(JoinType::InnerJoin, profiles::Entity, Alias::new(P), same);
    } else {
        select.from_as(profiles::Entity, Alias::new(P));
    }
    joined.join(&mut select);
    select
        .expr_as(profile(profiles::Column::Id), Alias::new("id"))
        .expr_as(key.clone(), Alias::new("sort_key"))
        .expr_as(tie.clone(), Alias::new("tie"));
    if let Some(after) = &sorted.after {
        select.and_where(beyond(after, &key, &tie, sorted));
    }
    let direction = match sorted.order {
        Order::Asc => sea_query::Order::Asc,
        Order::Desc => sea_query::Order::Desc,
    };
    if sorted.by != ProfileSort::UserId {
        select.order_by_expr(key, direction.clone());
    }
    select.order_by_expr(tie, direction).limit(limit);
    select
}

/// What it is sorted by, and what tells equals apart: as an index has them.
fn sort(by: ProfileSort) -> (Expr, Expr) {
    let user_id = || profile(profiles::Column::UserId);
    match by {
        ProfileSort::UserId => (user_id(), user_id()),
        ProfileSort::Surname => (Func::lower(profile(profiles::Column::Surname)).into(), user_id()),
        ProfileSort::Status => (profile(profiles::Column::Status), user_id()),
        ProfileSort::LastLogin => (filter::last_access(), activity(profile_activity::Column::ProfileId)),
    }
}

fn beyond(after: &Position, key: &Expr, tie: &Expr, sorted: &Sorted) -> Expr {
    let value = match &after.key {
        SortKey::Text(text) => Expr::val(text.as_str()),
        SortKey::Millis(millis) => Expr::val(*millis),
    };
    let (place, mark) = if sorted.by == ProfileSort::UserId {
        (tie.clone(), Expr::val(after.tie.as_str()))
    } else {
        (Expr::tuple([key.clone(), tie.clone()]), Expr::tuple([value, Expr::val(after.tie.as_str())]))
    };
    match sorted.order {
        Order::Asc => place.gt(mark),
        Order::Desc => place.lt(mark),
    }
}

fn place(row: &QueryResult, by: ProfileSort) -> Result<(String, Position), StoreError> {
    let key = match by {
        ProfileSort::LastLogin => SortKey::Millis(row.try_get("", "sort_key")?),
        _ => SortKey::Text(row.try_get("", "sort_key")?),
    };
    Ok((row.try_get("", "id")?, Position { key, tie: row.try_get("", "tie")? }))
}

#[cfg(test)]
mod tests;

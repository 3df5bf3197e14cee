//! What profiles are found by. Whoever writes a profile's texts or groups writes its terms in the same transaction.

use std::collections::BTreeSet;

use countersign_core::directory::business_group::BusinessUserGroup;
use countersign_core::directory::profile::Profile;
use countersign_core::directory::search;
use sea_orm::PaginatorTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::profile_terms::{ActiveModel, Column, Entity};
use crate::entities::profiles;
use crate::{Connection, StoreError};

/// Rows of one statement: SQLite takes 32,766 parameters.
const ROWS: usize = 10_000;

/// Writes the terms of `profile` in place of those it had.
pub(crate) async fn write(connection: &Connection<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    Entity::delete_many().filter(Column::ProfileId.eq(id)).exec(connection.executor()).await?;
    Entity::insert_many(rows(profile)).exec_without_returning(connection.executor()).await?;
    Ok(())
}

/// How many profiles are in a group.
pub(crate) async fn members(
    connection: &Connection<'_>,
    group: &BusinessUserGroup,
) -> Result<u64, StoreError> {
    let term = search::group_term(group.as_str()).into_bytes();
    Ok(Entity::find().filter(Column::Term.eq(term)).count(connection.executor()).await?)
}

/// Writes the terms of profiles that had none, in few statements.
pub(crate) async fn write_new(
    connection: &Connection<'_>,
    profiles: impl Iterator<Item = &Profile>,
) -> Result<(), StoreError> {
    let mut waiting: Vec<ActiveModel> = profiles.flat_map(rows).collect();
    while !waiting.is_empty() {
        let some = waiting.drain(..waiting.len().min(ROWS));
        Entity::insert_many(some).exec_without_returning(connection.executor()).await?;
    }
    Ok(())
}

fn rows(profile: &Profile) -> impl Iterator<Item = ActiveModel> {
    let id = profile.id.as_str().to_owned();
    let row = move |term: String| ActiveModel { profile_id: Set(id.clone()), term: Set(term.into_bytes()) };
    terms(profile).into_iter().map(row)
}

fn terms(profile: &Profile) -> BTreeSet<String> {
    let texts = [&profile.user_id, &profile.surname, &profile.other_names];
    let texts = texts.into_iter().chain(&profile.email).map(String::as_str);
    search::terms(texts, &profile.capabilities.business_user_groups)
}

/// Which terms are meant.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// All that begin so.
    Beginning(String),
    /// This one.
    Exactly(String),
}

/// Terms that are all wanted, and the one by which profiles are found. Where it is none, each profile in question is asked
/// whether it has them: quicker for the few of a participant, and for terms that so many have that a page is full soon.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The terms.
    wanted: Vec<Wanted>,
    /// The one to begin with.
    first: Option<usize>,
}

/// Profiles found by one term that are worth sorting.
const FEW: u64 = 2_000;

impl Search {
    /// Asks each profile.
    pub(crate) fn each(wanted: Vec<Wanted>) -> Self {
        Self { wanted, first: None }
    }

    /// Begins with the rarest term, unless it is the only one and common: then a page of its profiles is found sooner by
    /// asking each. Who wants the `whole` has no page that is full soon.
    pub(crate) async fn plan(
        connection: &Connection<'_>,
        wanted: Vec<Wanted>,
        whole: bool,
    ) -> Result<Self, StoreError> {
        let mut rarest: Option<(u64, usize)> = None;
        for (place, term) in wanted.iter().enumerate() {
            let found = at_most_few(connection, term).await?;
            if rarest.is_none_or(|(fewest, _)| found < fewest) {
                rarest = Some((found, place));
            }
        }
        let alone = wanted.len() == 1 && !whole;
        let first = rarest.filter(|(found, _)| *found <= FEW || !alone).map(|(_, place)| place);
        Ok(Self { wanted, first })
    }

    /// The conditions that a profile has every term.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = Expr> + '_ {
        self.wanted.iter().enumerate().map(|(place, term)| {
            let id = Expr::col((Alias::new("p"), profiles::Column::Id));
            let mut select = matching(term);
            if self.first == Some(place) {
                select.column((Entity, Column::ProfileId));
                id.in_subquery(select)
            } else {
                select.expr(Expr::val(1)).and_where(Expr::col((Entity, Column::ProfileId)).eq(id));
                Expr::exists(select)
            }
        })
    }
}

/// How many profiles have a term, counted to one more than few.
async fn at_most_few(connection: &Connection<'_>, term: &Wanted) -> Result<u64, StoreError> {
    let mut found = matching(term);
    found.column((Entity, Column::ProfileId)).limit(FEW + 1);
    let count = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("n"))
        .from_subquery(found, Alias::new("found"))
        .to_owned();
    let row = connection.executor().query_one(&count).await?;
    let count = row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

fn matching(term: &Wanted) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity);
    let column = || Expr::col((Entity, Column::Term));
    match term {
        Wanted::Exactly(text) => {
            select.and_where(column().eq(text.as_bytes().to_vec()));
        }
        Wanted::Beginning(text) => {
            select.and_where(column().gte(text.as_bytes().to_vec()));
            // No byte of a UTF-8 text is 0xFF, so this is past every text that begins so.
            let past: Vec<u8> = text.bytes().chain([0xFF]).collect();
            select.and_where(column().lt(past));
        }
    }
    select
}

//! What profiles are found by. Whoever writes a profile's texts or groups writes its terms in the same transaction.

use std::collections::BTreeSet;

use countersign_core::directory::profile::Profile;
use countersign_core::directory::search;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::profile_terms::{ActiveModel, Column, Entity};
use crate::entities::profiles;
use crate::{Connection, StoreError};

/// Writes the terms of `profile` in place of those it had.
pub(crate) async fn write(connection: &Connection<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    Entity::delete_many().filter(Column::ProfileId.eq(id)).exec(connection.executor()).await?;
    let rows = terms(profile)
        .into_iter()
        .map(|term| ActiveModel { profile_id: Set(id.to_owned()), term: Set(term.into_bytes()) });
    Entity::insert_many(rows).exec_without_returning(connection.executor()).await?;
    Ok(())
}

fn terms(profile: &Profile) -> BTreeSet<String> {
    let texts = [&profile.user_id, &profile.surname, &profile.other_names];
    let texts = texts.into_iter().chain(&profile.email).map(String::as_str);
    search::terms(texts, &profile.capabilities.business_user_groups)
}

/// Which terms are meant.
pub(crate) enum Wanted<'a> {
    /// All that begin so.
    Beginning(&'a str),
    /// This one.
    Exactly(&'a str),
}

/// The condition that a profile has such a term. `few` says that few profiles are asked about, so that looking each of
/// them up is quicker than looking up the term.
pub(crate) fn has(wanted: &Wanted<'_>, few: bool) -> Expr {
    let mut select = Query::select();
    select.from(Entity);
    let term = || Expr::col((Entity, Column::Term));
    match wanted {
        Wanted::Exactly(text) => {
            select.and_where(term().eq(text.as_bytes().to_vec()));
        }
        Wanted::Beginning(text) => {
            select.and_where(term().gte(text.as_bytes().to_vec()));
            // No byte of a UTF-8 text is 0xFF, so this is past every text that begins so.
            let past: Vec<u8> = text.bytes().chain([0xFF]).collect();
            select.and_where(term().lt(past));
        }
    }
    let id = Expr::col((Alias::new("p"), profiles::Column::Id));
    if few { found_for(select, id) } else { id.in_subquery(found(select)) }
}

fn found_for(mut select: SelectStatement, id: Expr) -> Expr {
    select.expr(Expr::val(1)).and_where(Expr::col((Entity, Column::ProfileId)).eq(id));
    Expr::exists(select)
}

fn found(mut select: SelectStatement) -> SelectStatement {
    select.column((Entity, Column::ProfileId));
    select
}

//! Frozen lists of dry runs. A list is named by the hash of its lines, so whoever writes the same list writes the same rows:
//! it can be written in batches, by two at once, and again after a crash.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{Finding, FrozenLine, ListHash, ListHead};
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::{frozen_lines, frozen_lists};
use crate::{Connection, StoreError};

/// The repository of frozen lists.
pub struct FrozenLists<'a>(Connection<'a>);

impl<'a> FrozenLists<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps the head of a list, whose lines follow. One that is there was made again: the same people are concerned.
    pub async fn begin(&self, head: &ListHead) -> Result<(), StoreError> {
        let row = frozen_lists::ActiveModel {
            hash: Set(head.hash.to_string()),
            clearing_house: Set(head.clearing_house.as_str().to_owned()),
            counts: Set(serde_json::to_string(&head.counts).map_err(unreadable)?),
            made_by: Set(head.made_by.clone()),
            made_at: Set(to_millis(head.made_at)),
            sealed_at: Set(None),
        };
        let again = OnConflict::column(frozen_lists::Column::Hash)
            .update_columns([frozen_lists::Column::MadeBy, frozen_lists::Column::MadeAt])
            .to_owned();
        let insert = frozen_lists::Entity::insert(row).on_conflict(again);
        insert.exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Keeps lines of a list, the first of which has this number; those that are there already stay.
    pub async fn add(&self, list: &ListHash, first: usize, lines: &[FrozenLine]) -> Result<(), StoreError> {
        let rows = lines.iter().zip(first..).map(|(line, number)| frozen_lines::ActiveModel {
            list: Set(list.to_string()),
            number: Set(i64::try_from(number).unwrap_or(i64::MAX)),
            finding: Set(line.finding.as_str().to_owned()),
            participant_id: Set(line.participant.as_str().to_owned()),
            participant: Set(line.code.clone()),
            profile_id: Set(line.profile.as_ref().map(ToString::to_string)),
            user_id: Set(line.user_id.clone()),
            detail: Set(line.detail.clone()),
        });
        let key = [frozen_lines::Column::List, frozen_lines::Column::Number];
        frozen_lines::Entity::insert_many(rows)
            .on_conflict_do_nothing_on(key)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }

    /// Says that all lines of a list are there: from now on it can be found.
    pub async fn seal(&self, list: &ListHash, now: Timestamp) -> Result<(), StoreError> {
        let update = frozen_lists::Entity::update_many()
            .col_expr(frozen_lists::Column::SealedAt, Expr::value(to_millis(now)))
            .filter(frozen_lists::Column::Hash.eq(list.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// The list of that hash, if it is one of that house.
    pub async fn find(&self, house: ClearingHouse, list: &ListHash) -> Result<Option<ListHead>, StoreError> {
        let row = frozen_lists::Entity::find_by_id(list.as_str())
            .filter(frozen_lists::Column::ClearingHouse.eq(house.as_str()))
            .filter(frozen_lists::Column::SealedAt.is_not_null())
            .one(self.0.executor())
            .await?;
        row.map(head).transpose()
    }

    /// At most `limit` lines in scope, after the one of that number, each with its own.
    pub async fn lines(
        &self,
        scope: &Scope,
        list: &ListHash,
        findings: &[Finding],
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<(i64, FrozenLine)>, StoreError> {
        use frozen_lines::Column;
        let mut select = frozen_lines::Entity::find().filter(Column::List.eq(list.as_str()));
        if let Some(own) = scope.participant() {
            select = select.filter(Column::ParticipantId.eq(own.as_str()));
        }
        if !findings.is_empty() {
            let words = findings.iter().map(|finding| finding.as_str());
            select = select.filter(Column::Finding.is_in(words));
        }
        if let Some(after) = after {
            select = select.filter(Column::Number.gt(after));
        }
        let select = select.order_by_asc(Column::Number).limit(limit);
        select.all(self.0.executor()).await?.into_iter().map(line).collect()
    }
}

fn head(row: frozen_lists::Model) -> Result<ListHead, StoreError> {
    Ok(ListHead {
        hash: row.hash.parse().map_err(unreadable)?,
        clearing_house: row.clearing_house.parse().map_err(unreadable)?,
        counts: serde_json::from_str(&row.counts).map_err(unreadable)?,
        made_by: row.made_by,
        made_at: from_millis(row.made_at),
    })
}

fn line(row: frozen_lines::Model) -> Result<(i64, FrozenLine), StoreError> {
    let line = FrozenLine {
        finding: row.finding.parse().map_err(unreadable)?,
        participant: ParticipantKey::from_stored(row.participant_id),
        code: row.participant,
        profile: row.profile_id.map(ProfileId::from_stored),
        user_id: row.user_id,
        detail: row.detail,
    };
    Ok((row.number, line))
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("frozen_lists", reason)
}

//! Reading the trail: newest first, within the reader's scope, a page at a time.

use countersign_core::audit::{Action, AuditRecord, Outcome};
use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::ids::RequestId;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::Audit;
use super::records::read;
use crate::StoreError;
use crate::entities::audit_records::{Column, Entity};
use crate::entities::participants;

/// What is looked for; what is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// User ID, client or job that acted.
    pub actor: Option<String>,
    /// User ID or other name of what was acted on.
    pub subject: Option<String>,
    /// Participant ID of whose record it is; such IDs are unique in their house alone.
    pub participant: Option<String>,
    /// Clearing house of the participant whose record it is.
    pub clearing_house: Option<ClearingHouse>,
    /// What was done.
    pub action: Option<Action>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// On this change request.
    pub request: Option<RequestId>,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    /// Instant of its last record, in Unix milliseconds.
    pub at: i64,
    /// Identifier of its last record.
    pub id: String,
}

/// A record that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// The record.
    pub record: AuditRecord,
    /// Its place in the chain, once it has one.
    pub seq: Option<i64>,
}

impl FoundRecord {
    /// Where a page that ends here goes on.
    #[must_use]
    pub fn cursor(&self) -> AuditCursor {
        AuditCursor { at: self.record.at, id: self.record.id.clone() }
    }
}

impl Audit<'_> {
    /// Up to `limit` records within `scope`, newest first, after `cursor`.
    pub async fn search(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        cursor: Option<&AuditCursor>,
        limit: u64,
    ) -> Result<Vec<FoundRecord>, StoreError> {
        let rows = Entity::find()
            .filter(condition(scope, filter))
            .filter(after(cursor))
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(|row| FoundRecord { seq: row.seq, record: read(row) }).collect())
    }

    /// How many such records there are.
    pub async fn count(&self, scope: &Scope, filter: &AuditFilter) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(condition(scope, filter)).count(self.0.executor()).await?)
    }

    /// The record of that identifier, if `scope` may see it.
    pub async fn find(&self, scope: &Scope, id: &str) -> Result<Option<FoundRecord>, StoreError> {
        let query = Entity::find_by_id(id).filter(condition(scope, &AuditFilter::default()));
        let row = query.one(self.0.executor()).await?;
        Ok(row.map(|row| FoundRecord { seq: row.seq, record: read(row) }))
    }
}

fn condition(scope: &Scope, filter: &AuditFilter) -> Condition {
    Condition::all()
        .add_option(scope.participant().map(|own| Column::ParticipantId.eq(own.as_str())))
        .add_option(filter.actor.as_ref().map(|actor| Column::ActorName.eq(actor.as_str())))
        .add_option(filter.subject.as_ref().map(|subject| Column::SubjectName.eq(subject.as_str())))
        .add_option(participants_named(filter).map(|named| Column::ParticipantId.in_subquery(named)))
        .add_option(filter.action.map(|action| Column::Action.eq(action.as_str())))
        .add_option(filter.outcome.map(|outcome| Column::Outcome.eq(outcome.as_str())))
        .add_option(filter.from.map(|from| Column::At.gte(to_millis(from))))
        .add_option(filter.to.map(|to| Column::At.lt(to_millis(to))))
        .add_option(filter.request.as_ref().map(|request| Column::RequestId.eq(request.as_str())))
}

/// The participants that a filter names, beside the scope and never in place of it.
fn participants_named(filter: &AuditFilter) -> Option<SelectStatement> {
    if filter.participant.is_none() && filter.clearing_house.is_none() {
        return None;
    }
    let mut named = Query::select();
    named.column(participants::Column::Id).from(participants::Entity);
    if let Some(participant) = &filter.participant {
        named.and_where(Expr::col(participants::Column::Participant).eq(participant.as_str()));
    }
    if let Some(house) = filter.clearing_house {
        named.and_where(Expr::col(participants::Column::ClearingHouse).eq(house.as_str()));
    }
    Some(named)
}

fn after(cursor: Option<&AuditCursor>) -> Condition {
    let Some(cursor) = cursor else { return Condition::all() };
    let same_instant = Condition::all().add(Column::At.eq(cursor.at)).add(Column::Id.lt(cursor.id.as_str()));
    Condition::any().add(Column::At.lt(cursor.at)).add(same_instant)
}

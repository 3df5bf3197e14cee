//! Reading the trail: newest first, within the reader's scope, a page at a time.

use countersign_core::audit::{Action, AuditRecord};
use countersign_core::directory::actor::Scope;
use countersign_core::ids::RequestId;
use countersign_core::{Timestamp, to_millis};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::Audit;
use super::records::read;
use crate::StoreError;
use crate::entities::audit_records::{Column, Entity};

/// What is looked for; what is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// User ID, client or job that acted.
    pub actor: Option<String>,
    /// User ID or other name of what was acted on.
    pub subject: Option<String>,
    /// What was done.
    pub action: Option<Action>,
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
}

fn condition(scope: &Scope, filter: &AuditFilter) -> Condition {
    Condition::all()
        .add_option(scope.participant().map(|own| Column::ParticipantId.eq(own.as_str())))
        .add_option(filter.actor.as_ref().map(|actor| Column::ActorName.eq(actor.as_str())))
        .add_option(filter.subject.as_ref().map(|subject| Column::SubjectName.eq(subject.as_str())))
        .add_option(filter.action.map(|action| Column::Action.eq(action.as_str())))
        .add_option(filter.from.map(|from| Column::At.gte(to_millis(from))))
        .add_option(filter.to.map(|to| Column::At.lt(to_millis(to))))
        .add_option(filter.request.as_ref().map(|request| Column::RequestId.eq(request.as_str())))
}

fn after(cursor: Option<&AuditCursor>) -> Condition {
    let Some(cursor) = cursor else { return Condition::all() };
    let same_instant = Condition::all().add(Column::At.eq(cursor.at)).add(Column::Id.lt(cursor.id.as_str()));
    Condition::any().add(Column::At.lt(cursor.at)).add(same_instant)
}

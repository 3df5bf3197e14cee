//! Records: added in the transaction of what they record.

use countersign_core::audit::{AuditRecord, Owner};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait as _, DbErr};

use crate::entities::audit_records::{Column, Entity, Model};
use crate::entities::profiles;
use crate::{Connection, StoreError};

/// The repository of audit records.
pub struct Audit<'a>(pub(super) Connection<'a>);

impl<'a> Audit<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds `record`, of `owner`. One statement, whoever the owner is.
    pub async fn append(&self, record: &AuditRecord, owner: &Owner) -> Result<(), StoreError> {
        let mut columns: Vec<Column> = Vec::with_capacity(18);
        let mut select = Query::select();
        for (column, value) in values(record) {
            columns.push(column);
            select.expr(value);
        }
        columns.push(Column::ParticipantId);
        add_owner(&mut select, record, owner);
        let mut insert = Query::insert();
        insert.into_table(Entity).columns(columns);
        insert.select_from(select).map_err(|error| DbErr::Custom(error.to_string()))?;
        self.0.executor().execute(&insert).await?;
        Ok(())
    }
}

/// Selects whose record it is: a value, or what the profile's row says.
fn add_owner(select: &mut SelectStatement, record: &AuditRecord, owner: &Owner) {
    match owner {
        Owner::ParticipantOf(profile) => {
            select
                .column((profiles::Entity, profiles::Column::ParticipantId))
                .from(profiles::Entity)
                .and_where(Expr::col((profiles::Entity, profiles::Column::Id)).eq(profile.as_str()));
        }
        Owner::Installation | Owner::Participant(_) => {
            select.expr(Expr::value(record.participant_id.clone()));
        }
    }
}

fn values(record: &AuditRecord) -> [(Column, SimpleExpr); 17] {
    let text = |text: &str| Expr::value(text);
    let maybe = |text: &Option<String>| Expr::value(text.clone());
    [
        (Column::Id, text(&record.id)),
        (Column::At, Expr::value(record.at)),
        (Column::Action, text(&record.action)),
        (Column::Outcome, text(&record.outcome)),
        (Column::ActorKind, text(&record.actor_kind)),
        (Column::ActorId, maybe(&record.actor_id)),
        (Column::ActorName, maybe(&record.actor_name)),
        (Column::ActorParticipant, maybe(&record.actor_participant)),
        (Column::SubjectKind, maybe(&record.subject_kind)),
        (Column::SubjectId, maybe(&record.subject_id)),
        (Column::SubjectName, maybe(&record.subject_name)),
        (Column::RequestId, maybe(&record.request_id)),
        (Column::CheckerId, maybe(&record.checker_id)),
        (Column::CheckerName, maybe(&record.checker_name)),
        (Column::Source, maybe(&record.source)),
        (Column::Body, text(&record.body)),
        (Column::Mac, text(&record.mac)),
    ]
}

pub(super) fn read(row: Model) -> AuditRecord {
    AuditRecord {
        id: row.id,
        at: row.at,
        action: row.action,
        outcome: row.outcome,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        actor_participant: row.actor_participant,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        subject_name: row.subject_name,
        participant_id: row.participant_id,
        request_id: row.request_id,
        checker_id: row.checker_id,
        checker_name: row.checker_name,
        source: row.source,
        body: row.body,
        mac: row.mac,
    }
}

//! The settlement agents that participants appoint.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::appointment::Appointment;
use countersign_core::ids::ParticipantKey;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::entities::appointments::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// The repository of appointments.
pub struct Appointments<'a>(Connection<'a>);

impl<'a> Appointments<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Those in which somebody in `scope` is the principal or the agent, ended ones too.
    pub async fn within(&self, scope: &Scope) -> Result<Vec<Appointment>, StoreError> {
        let own = scope.participant().map(|own| {
            Condition::any().add(Column::PrincipalId.eq(own.as_str())).add(Column::AgentId.eq(own.as_str()))
        });
        let rows = Entity::find()
            .filter(Condition::all().add_option(own))
            .order_by_asc(Column::PrincipalId)
            .order_by_asc(Column::AgentId);
        Ok(rows.all(self.0.executor()).await?.into_iter().map(read).collect())
    }

    /// The appointment of `agent` by `principal`, ended or not.
    pub async fn find(
        &self,
        principal: &ParticipantKey,
        agent: &ParticipantKey,
    ) -> Result<Option<Appointment>, StoreError> {
        let found = Entity::find_by_id((principal.as_str().to_owned(), agent.as_str().to_owned()));
        Ok(found.one(self.0.executor()).await?.map(read))
    }

    /// Whether anybody appoints `agent` now.
    pub async fn is_appointed(&self, agent: &ParticipantKey) -> Result<bool, StoreError> {
        let live =
            Entity::find().filter(Column::AgentId.eq(agent.as_str())).filter(Column::EndedAt.is_null());
        Ok(live.count(self.0.executor()).await? > 0)
    }

    /// Appoints `agent` to act for `principal`, for the first time.
    pub async fn add(
        &self,
        principal: &ParticipantKey,
        agent: &ParticipantKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            principal_id: Set(principal.as_str().to_owned()),
            agent_id: Set(agent.as_str().to_owned()),
            created_at: Set(to_millis(now)),
            ended_at: Set(None),
            version: Set(1),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Writes an appointment over the version that was read; says whether that was still there.
    pub async fn save(&self, appointment: &Appointment) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::CreatedAt, Expr::value(to_millis(appointment.since)))
            .col_expr(Column::EndedAt, Expr::value(appointment.ended_at.map(to_millis)))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::PrincipalId.eq(appointment.principal.as_str()))
            .filter(Column::AgentId.eq(appointment.agent.as_str()))
            .filter(Column::Version.eq(appointment.version));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn read(row: Model) -> Appointment {
    Appointment {
        principal: ParticipantKey::from_stored(row.principal_id),
        agent: ParticipantKey::from_stored(row.agent_id),
        since: from_millis(row.created_at),
        ended_at: row.ended_at.map(from_millis),
        version: row.version,
    }
}

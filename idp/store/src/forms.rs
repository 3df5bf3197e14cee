//! Forms that participants file. A form is decided by one conditional write: of two who decide, one does.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::form::{Filer, Form, Outcome};
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::ids::{FormId, ParticipantKey, ProfileId};
use countersign_core::{from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};

use crate::entities::forms::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// The repository of forms.
pub struct Forms<'a>(Connection<'a>);

impl<'a> Forms<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps a form.
    pub async fn add(&self, form: &Form) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(form.id.as_str().to_owned()),
            kind: Set(form.kind.as_str().to_owned()),
            participant_id: Set(form.participant.as_str().to_owned()),
            draft: Set(serde_json::to_string(&form.draft).map_err(unreadable)?),
            note: Set(form.note.clone()),
            filer_profile_id: Set(form.filer.profile_id.as_str().to_owned()),
            filer_user_id: Set(form.filer.user_id.clone()),
            filed_at: Set(to_millis(form.filed_at)),
            state: Set(form.outcome.name().to_owned()),
            outcome: Set(serde_json::to_string(&form.outcome).map_err(unreadable)?),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// The form, if `scope` may see it.
    pub async fn find(&self, scope: &Scope, id: &FormId) -> Result<Option<Form>, StoreError> {
        let row = within(scope).filter(Column::Id.eq(id.as_str())).one(self.0.executor()).await?;
        row.map(read).transpose()
    }

    /// At most `limit` forms that `scope` may see, in `state` or in any, newest first, after the given one.
    pub async fn list(
        &self,
        scope: &Scope,
        state: Option<&str>,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<Vec<Form>, StoreError> {
        let mut select = within(scope);
        if let Some(state) = state {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(Position { key: SortKey::Millis(at), tie }) = after {
            let same_moment = Column::FiledAt.eq(*at).and(Column::Id.lt(tie.as_str()));
            select = select.filter(Column::FiledAt.lt(*at).or(same_moment));
        }
        let rows = select.order_by_desc(Column::FiledAt).order_by_desc(Column::Id).limit(limit);
        rows.all(self.0.executor()).await?.into_iter().map(read).collect()
    }

    /// Decides on a form that waits. False when it was decided before.
    pub async fn decide(&self, id: &FormId, outcome: &Outcome) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::State, Expr::value(outcome.name()))
            .col_expr(Column::Outcome, Expr::value(serde_json::to_string(outcome).map_err(unreadable)?))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::State.eq(Outcome::Filed.name()));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn within(scope: &Scope) -> Select<Entity> {
    let select = Entity::find();
    match scope.participant() {
        Some(own) => select.filter(Column::ParticipantId.eq(own.as_str())),
        None => select,
    }
}

fn read(row: Model) -> Result<Form, StoreError> {
    Ok(Form {
        id: FormId::from_stored(row.id),
        kind: row.kind.parse().map_err(unreadable)?,
        participant: ParticipantKey::from_stored(row.participant_id),
        draft: serde_json::from_str(&row.draft).map_err(unreadable)?,
        note: row.note,
        filer: Filer { profile_id: ProfileId::from_stored(row.filer_profile_id), user_id: row.filer_user_id },
        filed_at: from_millis(row.filed_at),
        outcome: serde_json::from_str(&row.outcome).map_err(unreadable)?,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("forms", reason)
}

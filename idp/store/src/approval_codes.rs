//! What is remembered of checkers' approval codes: never the code, only what it is derived from and who guessed at it.

use countersign_core::directory::approval_code::CodeState;
use countersign_core::ids::ProfileId;
use countersign_core::{Timestamp, from_millis, hong_kong_month_start, to_millis};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::approval_codes::{ActiveModel, Column, Entity, Model};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of approval codes.
pub struct ApprovalCodes<'a>(Connection<'a>);

impl<'a> ApprovalCodes<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// What is remembered of the code of `checker`.
    pub async fn state(&self, checker: &ProfileId) -> Result<CodeState, StoreError> {
        let row = Entity::find_by_id(checker.as_str()).only(&self.0).await?;
        row.as_ref().map_or(Ok(CodeState::default()), read)
    }

    /// Counts a wrong entry at `now` before it is known to be one, unless `limit` have revoked the code; then gives what
    /// to derive the code from. Of entries at once, no more than `limit` get that far.
    pub async fn try_code(
        &self,
        checker: &ProfileId,
        limit: u16,
        now: Timestamp,
    ) -> Result<Option<CodeState>, StoreError> {
        self.begin(checker).await?;
        let counts = Column::WrongSince.gte(to_millis(hong_kong_month_start(now)));
        let anew = |kept: SimpleExpr, fresh: SimpleExpr| -> SimpleExpr {
            CaseStatement::new().case(counts.clone(), kept).finally(fresh).into()
        };
        let update = Entity::update_many()
            .col_expr(Column::Wrong, anew(Expr::col(Column::Wrong).add(1), Expr::value(1)))
            .col_expr(Column::WrongSince, anew(Expr::col(Column::WrongSince), Expr::value(to_millis(now))))
            .filter(Column::ProfileId.eq(checker.as_str()))
            .filter(Column::Wrong.lt(i64::from(limit)));
        if update.exec(self.0.executor()).await?.rows_affected == 0 {
            return Ok(None);
        }
        self.state(checker).await.map(Some)
    }

    /// Takes an entry back that [`Self::try_code`] counted: it was right.
    pub async fn was_right(&self, checker: &ProfileId) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Wrong, Expr::col(Column::Wrong).sub(1))
            .filter(Column::ProfileId.eq(checker.as_str()))
            .filter(Column::Wrong.gt(0));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// What the code that `checker` gets now is derived from: a new epoch, where `limit` wrong entries revoked the last.
    pub async fn obtain(&self, checker: &ProfileId, limit: u16) -> Result<CodeState, StoreError> {
        self.next_epoch(checker, i64::from(limit)).await?;
        self.state(checker).await
    }

    /// Revokes the code of `checker` whatever was entered, and forgets that.
    pub async fn revoke(&self, checker: &ProfileId) -> Result<(), StoreError> {
        self.begin(checker).await?;
        self.next_epoch(checker, 0).await
    }

    /// Moves on from a code that was entered wrong at least `wrong` times.
    async fn next_epoch(&self, checker: &ProfileId, wrong: i64) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
            .col_expr(Column::Wrong, Expr::value(0))
            .col_expr(Column::WrongSince, Expr::value(None::<i64>))
            .filter(Column::ProfileId.eq(checker.as_str()))
            .filter(Column::Wrong.gte(wrong));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    async fn begin(&self, checker: &ProfileId) -> Result<(), StoreError> {
        let row = ActiveModel {
            profile_id: Set(checker.as_str().to_owned()),
            epoch: Set(0),
            wrong: Set(0),
            wrong_since: Set(None),
        };
        Entity::insert(row).on_conflict_do_nothing().exec_without_returning(self.0.executor()).await?;
        Ok(())
    }
}

fn read(row: &Model) -> Result<CodeState, StoreError> {
    let number =
        |value: i64| u32::try_from(value).map_err(|reason| StoreError::unreadable("approval_codes", reason));
    Ok(CodeState {
        epoch: number(row.epoch)?,
        wrong: number(row.wrong)?,
        wrong_since: row.wrong_since.map(from_millis),
    })
}

#[cfg(test)]
mod tests;

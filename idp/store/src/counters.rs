//! Counted failures and mails, by keyed hash of what they are counted for.

use chrono::TimeDelta;
use countersign_core::journey::lockout::Failures;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::counters::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// When a count starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// This long after its first.
    SinceFirst(TimeDelta),
    /// This long after its last.
    SinceLast(TimeDelta),
}

impl Window {
    fn length(self) -> TimeDelta {
        match self {
            Self::SinceFirst(length) | Self::SinceLast(length) => length,
        }
    }
}

/// The repository of counters.
pub struct Counters<'a>(Connection<'a>);

impl<'a> Counters<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// What is counted under each of `keys`, in their order. One statement.
    pub async fn get<const N: usize>(
        &self,
        keys: [&TokenHash; N],
        now: Timestamp,
    ) -> Result<[Option<Failures>; N], StoreError> {
        let rows = Entity::find()
            .filter(Column::Key.is_in(keys.map(TokenHash::as_str)))
            .filter(Column::ExpiresAt.gt(to_millis(now)))
            .all(self.0.executor())
            .await?;
        Ok(keys.map(|key| rows.iter().find(|row| row.key == key.as_str()).map(read)))
    }

    /// Counts one more under `key` and says how many there are now.
    pub async fn count(&self, key: &TokenHash, window: Window, now: Timestamp) -> Result<u32, StoreError> {
        let expires_at = to_millis(now + window.length());
        let row = ActiveModel {
            key: Set(key.as_str().to_owned()),
            count: Set(1),
            since: Set(to_millis(now)),
            last_at: Set(to_millis(now)),
            expires_at: Set(expires_at),
        };
        let over = || Expr::col((Entity, Column::ExpiresAt)).lte(to_millis(now));
        let anew = |fresh: SimpleExpr, kept: SimpleExpr| -> SimpleExpr {
            CaseStatement::new().case(over(), fresh).finally(kept).into()
        };
        let kept_expiry = match window {
            Window::SinceFirst(_) => Expr::col((Entity, Column::ExpiresAt)),
            Window::SinceLast(_) => Expr::value(expires_at),
        };
        let conflict = OnConflict::column(Column::Key)
            .value(Column::Count, anew(Expr::value(1), Expr::col((Entity, Column::Count)).add(1)))
            .value(Column::Since, anew(Expr::value(to_millis(now)), Expr::col((Entity, Column::Since))))
            .value(Column::LastAt, Expr::value(to_millis(now)))
            .value(Column::ExpiresAt, anew(Expr::value(expires_at), kept_expiry))
            .to_owned();
        let row = Entity::insert(row).on_conflict(conflict).exec_with_returning(self.0.executor()).await?;
        Ok(u32::try_from(row.count).unwrap_or(u32::MAX))
    }

    /// Takes one count back under each of `keys`.
    pub async fn take_back(&self, keys: &[&TokenHash]) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Count, Expr::col(Column::Count).sub(1))
            .filter(Column::Key.is_in(keys.iter().map(|key| key.as_str())))
            .filter(Column::Count.gt(0));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// Forgets what is counted under `keys`.
    pub async fn forget(&self, keys: &[&TokenHash]) -> Result<(), StoreError> {
        let delete = Entity::delete_many().filter(Column::Key.is_in(keys.iter().map(|key| key.as_str())));
        delete.exec(self.0.executor()).await?;
        Ok(())
    }
}

fn read(row: &Model) -> Failures {
    Failures { count: u32::try_from(row.count).unwrap_or(0), last_at: from_millis(row.last_at) }
}

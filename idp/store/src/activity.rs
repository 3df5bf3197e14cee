//! What login itself keeps of a profile: wrong OTPs, the lock, the last access.
//!
//! There is one such row for every profile, and it stands for the profile where transactions meet: whoever writes
//! what proves a person, or what that opens, [holds](Activity::hold) it first and takes every other row after it.
//! So two of them wait in line, and never for one another in a circle.

use std::collections::BTreeSet;

use countersign_core::directory::profile::LastAccess;
use countersign_core::ids::ProfileId;
use countersign_core::journey::lockout::LockedBecause;
use countersign_core::oauth::acr::Acr;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entities::profile_activity::{Column, Entity, Model};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// Profiles of one statement: SQLite takes 32,766 parameters.
const AT_ONCE: usize = 5_000;

/// The repository of profiles' activity.
pub struct Activity<'a>(Connection<'a>);

impl<'a> Activity<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Keeps everyone else from writing for `profile` until the transaction ends. What was read of it before may
    /// be outdated by now; what is read from here on stays so. On SQLite, which has one writer, whoever is in a
    /// transaction holds everyone.
    pub async fn hold(&self, profile: &ProfileId) -> Result<(), StoreError> {
        if self.0.executor().get_database_backend() == DbBackend::Sqlite {
            return Ok(());
        }
        Entity::find_by_id(profile.as_str()).lock_exclusive().only(&self.0).await?;
        Ok(())
    }

    /// Holds several profiles, in one order, so that whoever holds several waits in line as well. One statement.
    pub async fn hold_all(&self, profiles: &BTreeSet<ProfileId>) -> Result<(), StoreError> {
        let profiles: Vec<&ProfileId> = profiles.iter().collect();
        for some in profiles.chunks(AT_ONCE) {
            Entity::find()
                .filter(Column::ProfileId.is_in(some.iter().map(|profile| profile.as_str())))
                .order_by_asc(Column::ProfileId)
                .lock_exclusive()
                .all(self.0.executor())
                .await?;
        }
        Ok(())
    }

    /// Counts one more wrong OTP, before it is known to be one, unless `limit` are counted already. However many
    /// guesses arrive at once, no more than `limit` are told yes.
    pub async fn count_otp(&self, profile: &ProfileId, limit: u16) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::WrongOtps, Expr::col(Column::WrongOtps).add(1))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::WrongOtps.lt(i64::from(limit)));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Takes one count back: the OTP was right, or had been right before.
    pub async fn uncount_otp(&self, profile: &ProfileId) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::WrongOtps, Expr::col(Column::WrongOtps).sub(1))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::WrongOtps.gt(0));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// How many wrong OTPs are counted.
    pub async fn wrong_otps(&self, profile: &ProfileId) -> Result<u16, StoreError> {
        Ok(self.row(profile).await?.map_or(0, |row| u16::try_from(row.wrong_otps).unwrap_or(u16::MAX)))
    }

    /// Locks a profile that is not, or that was only locked by what any stranger can do; says whether this call did.
    pub async fn lock(
        &self,
        profile: &ProfileId,
        because: LockedBecause,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::LockedAt, Expr::value(to_millis(now)))
            .col_expr(Column::LockedBecause, Expr::value(because.as_str()))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(not_yet(because));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Why a profile is locked, if it is.
    pub async fn locked(&self, profile: &ProfileId) -> Result<Option<LockedBecause>, StoreError> {
        let row = self.row(profile).await?.filter(|row| row.locked_at.is_some());
        let because = row.map(|row| row.locked_because.unwrap_or_default().parse());
        because.transpose().map_err(|error| StoreError::unreadable("profile_activity", error))
    }

    /// Unlocks a profile and forgets its wrong OTPs.
    pub async fn unlock(&self, profile: &ProfileId) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::LockedAt, Expr::value(None::<i64>))
            .col_expr(Column::LockedBecause, Expr::value(None::<String>))
            .col_expr(Column::WrongOtps, Expr::value(0))
            .filter(Column::ProfileId.eq(profile.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// The last access.
    pub async fn last_access(&self, profile: &ProfileId) -> Result<Option<LastAccess>, StoreError> {
        Ok(self.row(profile).await?.and_then(last_access))
    }

    /// Notes an access; wrong OTPs before it are forgotten. By anything but a smartcard, two factors were used.
    pub async fn record_access(&self, profile: &ProfileId, access: &LastAccess) -> Result<(), StoreError> {
        let mut update = Entity::update_many();
        if access.method != Acr::Smartcard.short() {
            update = update.col_expr(Column::TwoFactorAt, Expr::value(to_millis(access.time)));
        }
        let update = update
            .col_expr(Column::LastAccessAt, Expr::value(to_millis(access.time)))
            .col_expr(Column::LastAccessMethod, Expr::value(access.method.as_str()))
            .col_expr(Column::LastAccessSource, Expr::value(access.source.as_str()))
            .col_expr(Column::WrongOtps, Expr::value(0))
            .filter(Column::ProfileId.eq(profile.as_str()));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    async fn row(&self, profile: &ProfileId) -> Result<Option<Model>, StoreError> {
        Ok(Entity::find_by_id(profile.as_str()).only(&self.0).await?)
    }
}

/// Rows that are not locked as firmly as `because` locks.
fn not_yet(because: LockedBecause) -> SimpleExpr {
    let open = Column::LockedAt.is_null();
    match because {
        LockedBecause::Passwords => open,
        LockedBecause::Otps => open.or(Column::LockedBecause.eq(LockedBecause::Passwords.as_str())),
    }
}

fn last_access(row: Model) -> Option<LastAccess> {
    Some(LastAccess {
        time: from_millis(row.last_access_at?),
        method: row.last_access_method?,
        source: row.last_access_source?,
    })
}

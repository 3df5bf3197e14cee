//! One-time passwords that were mailed, or would have been.

use countersign_core::ids::{ChallengeId, ProfileId};
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::otp_challenges::{ActiveModel, Column, Entity, Model};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// A mailed OTP.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Its identifier.
    pub id: ChallengeId,
    /// `login` or `reset`.
    pub purpose: &'static str,
    /// Who it was mailed to; nobody, for a user ID that gets no mail.
    pub profile: Option<ProfileId>,
    /// The browser that asked for it.
    pub browser: TokenHash,
    /// The OTP, by keyed hash.
    pub code: TokenHash,
    /// When it was mailed.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// What is known of a challenge that was found again.
#[derive(Clone, Debug)]
pub struct FoundChallenge {
    /// Who it was mailed to.
    pub profile: Option<ProfileId>,
    /// The OTP, by keyed hash.
    pub code: TokenHash,
    /// How many were tried.
    pub tries: u16,
    /// When it was mailed.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Whether it was used.
    pub consumed: bool,
}

/// The repository of challenges.
pub struct OtpChallenges<'a>(Connection<'a>);

impl<'a> OtpChallenges<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Remembers a challenge.
    pub async fn add(&self, challenge: &Challenge) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(challenge.id.as_str().to_owned()),
            purpose: Set(challenge.purpose.to_owned()),
            profile_id: Set(challenge.profile.as_ref().map(|profile| profile.as_str().to_owned())),
            browser_hash: Set(challenge.browser.as_str().to_owned()),
            code_hash: Set(challenge.code.as_str().to_owned()),
            tries: Set(0),
            created_at: Set(to_millis(challenge.created_at)),
            expires_at: Set(to_millis(challenge.expires_at)),
            consumed_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// The challenge of that identifier, purpose and browser.
    pub async fn find(
        &self,
        id: &ChallengeId,
        purpose: &str,
        browser: &TokenHash,
    ) -> Result<Option<FoundChallenge>, StoreError> {
        let row = Entity::find_by_id(id.as_str())
            .filter(Column::Purpose.eq(purpose))
            .filter(Column::BrowserHash.eq(browser.as_str()))
            .only(&self.0)
            .await?;
        Ok(row.map(read))
    }

    /// Mails another OTP for the same challenge: the one before is void, and its tries with it.
    pub async fn renew(
        &self,
        id: &ChallengeId,
        code: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::CodeHash, Expr::value(code.as_str()))
            .col_expr(Column::Tries, Expr::value(0))
            .col_expr(Column::CreatedAt, Expr::value(to_millis(now)))
            .col_expr(Column::ExpiresAt, Expr::value(to_millis(expires_at)))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Counts one more try, unless `limit` were made, or it is used or too old. However many arrive at once, no
    /// more than `limit` are told yes.
    pub async fn count_try(&self, id: &ChallengeId, limit: u16, now: Timestamp) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::Tries.lt(i64::from(limit)))
            .filter(Column::ExpiresAt.gt(to_millis(now)))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Uses the OTP up; of any number of calls at once, one is told yes.
    pub async fn consume(&self, id: &ChallengeId, now: Timestamp) -> Result<bool, StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn read(row: Model) -> FoundChallenge {
    FoundChallenge {
        profile: row.profile_id.map(ProfileId::from_stored),
        code: TokenHash::from_stored(row.code_hash),
        tries: u16::try_from(row.tries).unwrap_or(u16::MAX),
        created_at: from_millis(row.created_at),
        expires_at: from_millis(row.expires_at),
        consumed: row.consumed_at.is_some(),
    }
}

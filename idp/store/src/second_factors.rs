//! Second factors: the soft token, the channel chosen, and the codes against which a soft token is registered.

use countersign_core::ids::ProfileId;
use countersign_core::journey::steps::Channel;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::{enrolment_codes, otp_channels, soft_tokens};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// A registered soft token.
#[derive(Clone)]
pub struct SoftToken {
    /// Its secret, sealed by the vault.
    pub secret_sealed: String,
    /// The newest TOTP step that was accepted; 0 before the first.
    pub last_step: u64,
}

/// What a profile has set up.
#[derive(Clone, Default)]
pub struct SetUp {
    /// The channel chosen.
    pub channel: Option<Channel>,
    /// The soft token registered.
    pub soft_token: Option<SoftToken>,
}

/// The repository of second factors.
pub struct SecondFactors<'a>(Connection<'a>);

impl<'a> SecondFactors<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// What a profile has set up.
    pub async fn find(&self, profile: &ProfileId) -> Result<SetUp, StoreError> {
        let channel = otp_channels::Entity::find_by_id(profile.as_str()).only(&self.0).await?;
        let token = soft_tokens::Entity::find_by_id(profile.as_str()).only(&self.0).await?;
        let channel = channel
            .map(|row| row.channel.parse().map_err(|error| StoreError::unreadable("otp_channels", error)))
            .transpose()?;
        let soft_token = token.map(|row| SoftToken {
            secret_sealed: row.secret_sealed,
            last_step: u64::try_from(row.last_step).unwrap_or(0),
        });
        Ok(SetUp { channel, soft_token })
    }

    /// Registers the soft token whose first OTP of `step` was just proved, and makes it the channel.
    pub async fn register_soft_token(
        &self,
        profile: &ProfileId,
        secret_sealed: &str,
        step: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = soft_tokens::ActiveModel {
            profile_id: Set(profile.as_str().to_owned()),
            secret_sealed: Set(secret_sealed.to_owned()),
            last_step: Set(stored(step)),
            registered_at: Set(to_millis(now)),
        };
        let conflict = OnConflict::column(soft_tokens::Column::ProfileId)
            .update_columns([
                soft_tokens::Column::SecretSealed,
                soft_tokens::Column::LastStep,
                soft_tokens::Column::RegisteredAt,
            ])
            .to_owned();
        soft_tokens::Entity::insert(row)
            .on_conflict(conflict)
            .exec_without_returning(self.0.executor())
            .await?;
        self.choose(profile, Channel::App, now).await
    }

    /// Accepts a TOTP step that is newer than every one accepted before; of any number of tries at once, one is
    /// told yes (RFC 6238 §5.2).
    pub async fn accept_step(&self, profile: &ProfileId, step: u64) -> Result<bool, StoreError> {
        let update = soft_tokens::Entity::update_many()
            .col_expr(soft_tokens::Column::LastStep, Expr::value(stored(step)))
            .filter(soft_tokens::Column::ProfileId.eq(profile.as_str()))
            .filter(soft_tokens::Column::LastStep.lt(stored(step)));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Chooses email, its risk accepted. A soft token, where there is one, goes; says whether there was one.
    pub async fn use_email(&self, profile: &ProfileId, now: Timestamp) -> Result<bool, StoreError> {
        let removed = soft_tokens::Entity::delete_by_id(profile.as_str()).exec(self.0.executor()).await?;
        self.choose(profile, Channel::Email, now).await?;
        Ok(removed.rows_affected == 1)
    }

    /// Forgets every second factor, the channel, and a code that waits: others are to be registered. Says whether there
    /// was a soft token.
    pub async fn forget(&self, profile: &ProfileId) -> Result<bool, StoreError> {
        let id = profile.as_str();
        enrolment_codes::Entity::delete_by_id(id).exec(self.0.executor()).await?;
        otp_channels::Entity::delete_by_id(id).exec(self.0.executor()).await?;
        let removed = soft_tokens::Entity::delete_by_id(id).exec(self.0.executor()).await?;
        Ok(removed.rows_affected == 1)
    }

    async fn choose(&self, profile: &ProfileId, channel: Channel, now: Timestamp) -> Result<(), StoreError> {
        let accepted = (channel == Channel::Email).then(|| to_millis(now));
        let row = otp_channels::ActiveModel {
            profile_id: Set(profile.as_str().to_owned()),
            channel: Set(channel.as_str().to_owned()),
            email_risk_accepted_at: Set(accepted),
            chosen_at: Set(to_millis(now)),
        };
        let conflict = OnConflict::column(otp_channels::Column::ProfileId)
            .update_columns([
                otp_channels::Column::Channel,
                otp_channels::Column::EmailRiskAcceptedAt,
                otp_channels::Column::ChosenAt,
            ])
            .to_owned();
        otp_channels::Entity::insert(row)
            .on_conflict(conflict)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }

    /// Issues an enrolment code; an earlier one is void.
    pub async fn issue_code(
        &self,
        profile: &ProfileId,
        code_hash: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        use enrolment_codes::Column;
        let row = enrolment_codes::ActiveModel {
            profile_id: Set(profile.as_str().to_owned()),
            code_hash: Set(code_hash.as_str().to_owned()),
            tries: Set(0),
            expires_at: Set(to_millis(expires_at)),
            consumed_at: Set(None),
        };
        let conflict = OnConflict::column(Column::ProfileId)
            .update_columns([Column::CodeHash, Column::Tries, Column::ExpiresAt, Column::ConsumedAt])
            .to_owned();
        enrolment_codes::Entity::insert(row)
            .on_conflict(conflict)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }

    /// Takes one try back: it was right. So who gives the code again, having left off before, does not use it up.
    pub async fn untry_code(&self, profile: &ProfileId) -> Result<(), StoreError> {
        use enrolment_codes::Column;
        let update = enrolment_codes::Entity::update_many()
            .col_expr(Column::Tries, Expr::col(Column::Tries).sub(1))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::Tries.gt(0));
        update.exec(self.0.executor()).await?;
        Ok(())
    }

    /// Counts one more try at the enrolment code, unless `limit` were made or it is used or too old; then gives
    /// the hash to compare with.
    pub async fn try_code(
        &self,
        profile: &ProfileId,
        limit: u16,
        now: Timestamp,
    ) -> Result<Option<TokenHash>, StoreError> {
        use enrolment_codes::Column;
        let update = enrolment_codes::Entity::update_many()
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::Tries.lt(i64::from(limit)))
            .filter(Column::ExpiresAt.gt(to_millis(now)))
            .filter(Column::ConsumedAt.is_null());
        if update.exec(self.0.executor()).await?.rows_affected == 0 {
            return Ok(None);
        }
        let row = enrolment_codes::Entity::find_by_id(profile.as_str()).only(&self.0).await?;
        Ok(row.map(|row| TokenHash::from_stored(row.code_hash)))
    }

    /// Uses the enrolment code of that hash up, in the transaction that registers the soft token; says whether this
    /// call did. One that was replaced or used meanwhile is not there.
    pub async fn consume_code(
        &self,
        profile: &ProfileId,
        code_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        use enrolment_codes::Column;
        let update = enrolment_codes::Entity::update_many()
            .col_expr(Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::CodeHash.eq(code_hash.as_str()))
            .filter(Column::ConsumedAt.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }
}

fn stored(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

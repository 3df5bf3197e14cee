//! Passwords, as PHC strings of Argon2id, and the last few before them.
//!
//! A password is looked at outside a transaction, for that takes its time. The instant at which it was set says
//! afterwards whether it is still the same: each is set later than the one before.

use countersign_core::ids::ProfileId;
use countersign_core::secret::SecretString;
use countersign_core::{Entropy, EntropyExt as _, Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::{former_passwords, passwords, profiles};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// What a typed password is compared with.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Whose.
    pub profile: ProfileId,
    /// Their password, if one was ever set.
    pub password: Option<StoredPassword>,
}

/// A password at rest.
#[derive(Clone, Debug)]
pub struct StoredPassword {
    /// The PHC string.
    pub phc: SecretString,
    /// When it was set: of no other password of the same profile.
    pub set_at: Timestamp,
}

/// The repository of passwords.
pub struct Passwords<'a>(Connection<'a>);

impl<'a> Passwords<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// What the password of a user ID is compared with. As many statements are sent for one that is not there.
    pub async fn credential(&self, user_id: &str) -> Result<Option<Credential>, StoreError> {
        let profile: Option<String> = profiles::Entity::find()
            .select_only()
            .column(profiles::Column::Id)
            .filter(profiles::Column::UserId.eq(user_id))
            .into_tuple()
            .only(&self.0)
            .await?;
        let id = profile.clone().unwrap_or_default();
        let row = passwords::Entity::find_by_id(id).only(&self.0).await?;
        let password = row
            .map(|row| StoredPassword { phc: SecretString::new(row.phc), set_at: from_millis(row.set_at) });
        Ok(profile.map(|id| Credential { profile: ProfileId::from_stored(id), password }))
    }

    /// Whether the password that was set at `set_at` is the present one, and stays so until the transaction ends.
    pub async fn is_present(&self, profile: &ProfileId, set_at: Timestamp) -> Result<bool, StoreError> {
        let row = passwords::Entity::find_by_id(profile.as_str())
            .filter(passwords::Column::SetAt.eq(to_millis(set_at)))
            .lock_exclusive()
            .only(&self.0)
            .await?;
        Ok(row.is_some())
    }

    /// The present password and the ones before it, newest first, at most `count` in all.
    pub async fn recent(&self, profile: &ProfileId, count: u8) -> Result<Vec<String>, StoreError> {
        let present = passwords::Entity::find_by_id(profile.as_str()).only(&self.0).await?;
        let former = former_passwords::Entity::find()
            .filter(former_passwords::Column::ProfileId.eq(profile.as_str()))
            .order_by_desc(former_passwords::Column::ReplacedAt)
            .limit(u64::from(count))
            .all(self.0.executor())
            .await?;
        let all = present.into_iter().map(|row| row.phc).chain(former.into_iter().map(|row| row.phc));
        Ok(all.take(count.into()).collect())
    }

    /// Sets the password, at `now` or just after the present one was. That one joins the former ones, of which
    /// `history` are kept.
    pub async fn set(
        &self,
        profile: &ProfileId,
        phc: &str,
        history: u8,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let mut set_at = to_millis(now);
        if let Some(present) = passwords::Entity::find_by_id(profile.as_str()).only(&self.0).await? {
            set_at = set_at.max(present.set_at.saturating_add(1));
            let row = former_passwords::ActiveModel {
                id: Set(former_id(entropy)),
                profile_id: Set(present.profile_id),
                phc: Set(present.phc),
                replaced_at: Set(to_millis(now)),
            };
            former_passwords::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
            self.forget_past(profile, history).await?;
        }
        let row = passwords::ActiveModel {
            profile_id: Set(profile.as_str().to_owned()),
            phc: Set(phc.to_owned()),
            set_at: Set(set_at),
        };
        let conflict = OnConflict::column(passwords::Column::ProfileId)
            .update_columns([passwords::Column::Phc, passwords::Column::SetAt])
            .to_owned();
        passwords::Entity::insert(row)
            .on_conflict(conflict)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }

    /// Keeps the same password under another PHC string, if it is still stored under `phc`; says whether it was.
    /// When it was set, and those before it, stay as they are.
    pub async fn rehash(&self, profile: &ProfileId, phc: &str, anew: &str) -> Result<bool, StoreError> {
        let update = passwords::Entity::update_many()
            .col_expr(passwords::Column::Phc, Expr::value(anew))
            .filter(passwords::Column::ProfileId.eq(profile.as_str()))
            .filter(passwords::Column::Phc.eq(phc));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    async fn forget_past(&self, profile: &ProfileId, history: u8) -> Result<(), StoreError> {
        let kept: Vec<String> = former_passwords::Entity::find()
            .select_only()
            .column(former_passwords::Column::Id)
            .filter(former_passwords::Column::ProfileId.eq(profile.as_str()))
            .order_by_desc(former_passwords::Column::ReplacedAt)
            .limit(u64::from(history))
            .into_tuple()
            .all(self.0.executor())
            .await?;
        former_passwords::Entity::delete_many()
            .filter(former_passwords::Column::ProfileId.eq(profile.as_str()))
            .filter(former_passwords::Column::Id.is_not_in(kept))
            .exec(self.0.executor())
            .await?;
        Ok(())
    }
}

fn former_id(entropy: &dyn Entropy) -> String {
    entropy.bytes::<16>().iter().fold(String::with_capacity(32), |id, byte| id + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests;

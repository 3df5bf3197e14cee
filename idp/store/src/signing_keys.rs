//! Signing keys: public parts in clear, private parts sealed by the vault before they come here.

use countersign_core::oauth::client::SigningAlg;
use countersign_core::oauth::key_schedule::KeyLife;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::entities::signing_keys::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// A key as stored.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Which, of what kind, and when it does what.
    pub life: KeyLife,
    /// The public key as a JWK (RFC 7517).
    pub public_jwk: String,
    /// The private key, sealed.
    pub private_sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The repository of signing keys.
pub struct SigningKeys<'a>(Connection<'a>);

impl<'a> SigningKeys<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Every key, oldest first.
    pub async fn all(&self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Kid);
        rows.all(self.0.executor()).await?.into_iter().map(read).collect()
    }

    /// Adds a key.
    pub async fn add(&self, key: &StoredKey) -> Result<(), StoreError> {
        let row = ActiveModel {
            kid: Set(key.life.kid.clone()),
            algorithm: Set(key.life.alg.as_str().to_owned()),
            public_jwk: Set(key.public_jwk.clone()),
            private_sealed: Set(key.private_sealed.clone()),
            created_at: Set(to_millis(key.created_at)),
            activates_at: Set(to_millis(key.life.activates_at)),
            retires_at: Set(key.life.retires_at.map(to_millis)),
            removed_at: Set(key.life.removed_at.map(to_millis)),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Says when a key retires and when it goes.
    pub async fn retire(&self, kid: &str, at: Timestamp, removed_at: Timestamp) -> Result<(), StoreError> {
        let times = ActiveModel {
            retires_at: Set(Some(to_millis(at))),
            removed_at: Set(Some(to_millis(removed_at))),
            ..ActiveModel::default()
        };
        Entity::update_many().set(times).filter(Column::Kid.eq(kid)).exec(self.0.executor()).await?;
        Ok(())
    }

    /// Says from when a key signs.
    pub async fn activate(&self, kid: &str, at: Timestamp) -> Result<(), StoreError> {
        let times = ActiveModel { activates_at: Set(to_millis(at)), ..ActiveModel::default() };
        Entity::update_many().set(times).filter(Column::Kid.eq(kid)).exec(self.0.executor()).await?;
        Ok(())
    }

    /// Takes back that a key retires.
    pub async fn keep(&self, kid: &str) -> Result<(), StoreError> {
        let times = ActiveModel { retires_at: Set(None), removed_at: Set(None), ..ActiveModel::default() };
        Entity::update_many().set(times).filter(Column::Kid.eq(kid)).exec(self.0.executor()).await?;
        Ok(())
    }

    /// Forgets a key, private part and all.
    pub async fn remove(&self, kid: &str) -> Result<(), StoreError> {
        Entity::delete_by_id(kid).exec(self.0.executor()).await?;
        Ok(())
    }
}

fn read(row: Model) -> Result<StoredKey, StoreError> {
    let alg: SigningAlg =
        row.algorithm.parse().map_err(|error| StoreError::unreadable("signing_keys", error))?;
    Ok(StoredKey {
        life: KeyLife {
            kid: row.kid,
            alg,
            activates_at: from_millis(row.activates_at),
            retires_at: row.retires_at.map(from_millis),
            removed_at: row.removed_at.map(from_millis),
        },
        public_jwk: row.public_jwk,
        private_sealed: row.private_sealed,
        created_at: from_millis(row.created_at),
    })
}

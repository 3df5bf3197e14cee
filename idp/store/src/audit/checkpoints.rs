//! Checkpoints, and the keys that sign them.

use countersign_core::audit::Checkpoint;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::audit_checkpoints::{ActiveModel, Column, Entity, Model};
use crate::entities::audit_keys;
use crate::{Connection, StoreError};

/// A key that signs checkpoints, as stored.
#[derive(Clone, Debug)]
pub struct StoredAuditKey {
    /// Its identifier.
    pub kid: String,
    /// The public part, as a JWK.
    pub public_key: String,
    /// The private part, sealed.
    pub private_sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The repository of checkpoints.
pub struct AuditCheckpoints<'a>(Connection<'a>);

impl<'a> AuditCheckpoints<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Every key there ever was, oldest first.
    pub async fn keys(&self) -> Result<Vec<StoredAuditKey>, StoreError> {
        let rows = audit_keys::Entity::find()
            .order_by_asc(audit_keys::Column::CreatedAt)
            .order_by_asc(audit_keys::Column::Kid);
        let key = |row: audit_keys::Model| StoredAuditKey {
            kid: row.kid,
            public_key: row.public_key,
            private_sealed: row.private_sealed,
            created_at: from_millis(row.created_at),
        };
        Ok(rows.all(self.0.executor()).await?.into_iter().map(key).collect())
    }

    /// Adds a key.
    pub async fn add_key(&self, key: &StoredAuditKey) -> Result<(), StoreError> {
        let row = audit_keys::ActiveModel {
            kid: Set(key.kid.clone()),
            public_key: Set(key.public_key.clone()),
            private_sealed: Set(key.private_sealed.clone()),
            created_at: Set(to_millis(key.created_at)),
        };
        audit_keys::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// The newest checkpoint.
    pub async fn last(&self) -> Result<Option<Checkpoint>, StoreError> {
        let row = Entity::find().order_by_desc(Column::Number).one(self.0.executor()).await?;
        Ok(row.map(read))
    }

    /// The newest checkpoint of a place up to `seq`.
    pub async fn last_up_to(&self, seq: i64) -> Result<Option<Checkpoint>, StoreError> {
        let query = Entity::find().filter(Column::Seq.lte(seq)).order_by_desc(Column::Number);
        Ok(query.one(self.0.executor()).await?.map(read))
    }

    /// Adds a checkpoint.
    pub async fn add(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let row = ActiveModel {
            number: Set(checkpoint.number),
            seq: Set(checkpoint.seq),
            chain: Set(checkpoint.chain.clone()),
            at: Set(checkpoint.at),
            kid: Set(checkpoint.kid.clone()),
            signature: Set(checkpoint.signature.clone()),
            published_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Up to `limit` checkpoints after the number `after`, in order.
    pub async fn after(&self, after: i64, limit: u64) -> Result<Vec<Checkpoint>, StoreError> {
        let query = Entity::find().filter(Column::Number.gt(after));
        let rows = query.order_by_asc(Column::Number).limit(limit).all(self.0.executor()).await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// Up to `limit` checkpoints that have not left the machine, in order.
    pub async fn unpublished(&self, limit: u64) -> Result<Vec<Checkpoint>, StoreError> {
        let query = Entity::find().filter(Column::PublishedAt.is_null());
        let rows = query.order_by_asc(Column::Number).limit(limit).all(self.0.executor()).await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// Notes that checkpoints have left the machine.
    pub async fn published(&self, checkpoints: &[Checkpoint], now: Timestamp) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::PublishedAt, Expr::value(to_millis(now)))
            .filter(Column::Number.is_in(checkpoints.iter().map(|checkpoint| checkpoint.number)));
        update.exec(self.0.executor()).await?;
        Ok(())
    }
}

fn read(row: Model) -> Checkpoint {
    Checkpoint {
        number: row.number,
        seq: row.seq,
        chain: row.chain,
        at: row.at,
        kid: row.kid,
        signature: row.signature,
    }
}

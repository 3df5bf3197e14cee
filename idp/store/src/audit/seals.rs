//! Sealing: of all nodes one holds the lease, and what it does it does only while it holds it.
//!
//! The lease spares the others the work; what keeps two sealers apart is the note of where the chain ends. It moves on
//! by one conditional write, in the transaction of the records that it covers: of two that would write the same place,
//! one changes no row and gives up.

use countersign_core::audit::{AuditRecord, ChainHash, SealedRecord};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement, Value,
};

use super::Audit;
use super::records::read;
use crate::StoreError;
use crate::entities::audit_records::{Column, Entity, Model};
use crate::entities::audit_sealer;
use crate::only::Only as _;

const NAME: &str = "sealer";

/// Who seals, and where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealerState {
    /// The node that holds the lease.
    pub holder: String,
    /// Changes with every holder.
    pub fence: i64,
    /// When the lease ends.
    pub lease_ends_at: Timestamp,
    /// Last place of the chain; 0 before the first.
    pub seq: i64,
    /// Link of that place, as stored.
    pub chain: String,
}

/// A record's place and link.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The record.
    pub id: String,
    /// Its place.
    pub seq: i64,
    /// Its link.
    pub chain: ChainHash,
}

impl Audit<'_> {
    /// Who seals, and where the chain ends.
    pub async fn sealer(&self) -> Result<SealerState, StoreError> {
        let row = audit_sealer::Entity::find_by_id(NAME).only(&self.0).await?;
        let row = row.ok_or_else(|| StoreError::unreadable("audit_sealer", "its one row is gone"))?;
        Ok(SealerState {
            holder: row.holder,
            fence: row.fence,
            lease_ends_at: from_millis(row.lease_ends_at),
            seq: row.seq,
            chain: row.chain,
        })
    }

    /// Takes the lease under the next fence, if nobody has since `seen`; says whether.
    pub async fn claim(
        &self,
        seen: &SealerState,
        holder: &str,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = audit_sealer::Entity::update_many()
            .col_expr(audit_sealer::Column::Holder, Expr::value(holder))
            .col_expr(audit_sealer::Column::Fence, Expr::value(seen.fence + 1))
            .col_expr(audit_sealer::Column::LeaseEndsAt, Expr::value(to_millis(ends_at)))
            .filter(audit_sealer::Column::Fence.eq(seen.fence))
            .filter(audit_sealer::Column::LeaseEndsAt.eq(to_millis(seen.lease_ends_at)));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Prolongs the lease held under `fence`; says whether it still was.
    pub async fn prolong(&self, fence: i64, ends_at: Timestamp) -> Result<bool, StoreError> {
        let update = audit_sealer::Entity::update_many()
            .col_expr(audit_sealer::Column::LeaseEndsAt, Expr::value(to_millis(ends_at)))
            .filter(audit_sealer::Column::Fence.eq(fence));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Moves the end of the chain on from `from`, under `fence`; says whether both still held. Moving it nowhere tells
    /// whether they do, and keeps them until the transaction ends.
    pub async fn advance(&self, fence: i64, from: i64, (to, chain): (i64, &str)) -> Result<bool, StoreError> {
        let update = audit_sealer::Entity::update_many()
            .col_expr(audit_sealer::Column::Seq, Expr::value(to))
            .col_expr(audit_sealer::Column::Chain, Expr::value(chain))
            .filter(audit_sealer::Column::Fence.eq(fence))
            .filter(audit_sealer::Column::Seq.eq(from));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Up to `limit` records that are not sealed, oldest first.
    pub async fn unsealed(&self, limit: u64) -> Result<Vec<AuditRecord>, StoreError> {
        let rows = Entity::find()
            .filter(Column::Seq.is_null())
            .order_by_asc(Column::At)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.0.executor())
            .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// How many records are not sealed.
    pub async fn backlog(&self) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(Column::Seq.is_null()).count(self.0.executor()).await?)
    }

    /// Gives records their places, in one statement; says how many had none until now.
    pub async fn seal(&self, seals: &[Seal]) -> Result<u64, StoreError> {
        let rows = (0..seals.len()).map(|row| {
            let first = row * 3;
            format!("(${}, CAST(${} AS BIGINT), ${})", first + 1, first + 2, first + 3)
        });
        let sql = format!(
            "WITH seals (id, seq, chain) AS (VALUES {}) UPDATE audit_records SET seq = seals.seq, \
             chain = seals.chain FROM seals WHERE audit_records.id = seals.id AND audit_records.seq IS NULL",
            rows.collect::<Vec<_>>().join(", ")
        );
        let values = seals.iter().flat_map(|seal| {
            [Value::from(seal.id.as_str()), Value::from(seal.seq), Value::from(seal.chain.to_string())]
        });
        let executor = self.0.executor();
        let statement = Statement::from_sql_and_values(executor.get_database_backend(), sql, values);
        Ok(executor.execute_raw(statement).await?.rows_affected())
    }

    /// Up to `limit` sealed records after the place `after`, in order; from the very first when there is none.
    pub async fn sealed(&self, after: Option<i64>, limit: u64) -> Result<Vec<SealedRecord>, StoreError> {
        let mut query = Entity::find().filter(Column::Seq.is_not_null());
        if let Some(after) = after {
            query = query.filter(Column::Seq.gt(after));
        }
        let rows = query.order_by_asc(Column::Seq).limit(limit).all(self.0.executor()).await?;
        Ok(rows.into_iter().filter_map(sealed).collect())
    }

    /// The link at a place.
    pub async fn link_at(&self, seq: i64) -> Result<Option<String>, StoreError> {
        let row = Entity::find().filter(Column::Seq.eq(seq)).only(&self.0).await?;
        Ok(row.and_then(|row| row.chain))
    }
}

fn sealed(row: Model) -> Option<SealedRecord> {
    let seq = row.seq?;
    // A link that was taken away is one that does not hold.
    let chain = row.chain.clone().unwrap_or_default();
    Some(SealedRecord { record: read(row), seq, chain })
}

//! Grants: the families that tokens belong to.

use std::collections::BTreeSet;

use countersign_core::ids::{GrantId, ProfileId, SessionId};
use countersign_core::oauth::grant::Grant;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter, QuerySelect as _};

use crate::entities::grants::{ActiveModel, Column, Entity, Model};
use crate::{Connection, StoreError};

/// The repository of grants.
pub struct Grants<'a>(Connection<'a>);

impl<'a> Grants<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// Adds a grant.
    pub async fn add(&self, grant: &Grant) -> Result<(), StoreError> {
        let details = serde_json::to_string(&grant.details).map_err(unreadable)?;
        let row = ActiveModel {
            id: Set(grant.id.as_str().to_owned()),
            client_id: Set(grant.client_id.clone()),
            profile_id: Set(grant.profile_id.as_str().to_owned()),
            session_id: Set(grant.session_id.as_ref().map(|id| id.as_str().to_owned())),
            details: Set(details),
            created_at: Set(to_millis(grant.created_at)),
            expires_at: Set(to_millis(grant.expires_at)),
            revoked_at: Set(None),
            revoked_because: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Takes a grant back, with everything that came of it; says whether this call did.
    pub async fn revoke(&self, id: &GrantId, because: Revoked, now: Timestamp) -> Result<bool, StoreError> {
        let result = Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(to_millis(now)))
            .col_expr(Column::RevokedBecause, Expr::value(because.as_str()))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::RevokedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Whose grants to `client_id` still stand.
    pub async fn holders(&self, client_id: &str, now: Timestamp) -> Result<BTreeSet<ProfileId>, StoreError> {
        let holders: Vec<String> = standing(Entity::find(), client_id)
            .filter(Column::ExpiresAt.gt(to_millis(now)))
            .select_only()
            .column(Column::ProfileId)
            .distinct()
            .into_tuple()
            .all(self.0.executor())
            .await?;
        Ok(holders.into_iter().map(ProfileId::from_stored).collect())
    }

    /// Takes every grant to `client_id` back. Hold the holders first.
    pub async fn revoke_all_of(
        &self,
        client_id: &str,
        because: Revoked,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(to_millis(now)))
            .col_expr(Column::RevokedBecause, Expr::value(because.as_str()));
        standing(update, client_id).exec(self.0.executor()).await?;
        Ok(())
    }
}

fn standing<Q: QueryFilter>(query: Q, client_id: &str) -> Q {
    query.filter(Column::ClientId.eq(client_id)).filter(Column::RevokedAt.is_null())
}

/// Why tokens took a grant with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// Its code was presented a second time.
    CodeReused,
    /// A refresh token was presented a second time, and not because an answer was lost.
    RefreshTokenReused,
    /// Its client asked for it (RFC 7009).
    ByClient,
    /// Its client is gone, or may do less than it could.
    ClientChanged,
}

impl Revoked {
    fn as_str(self) -> &'static str {
        match self {
            Self::CodeReused => "code-reused",
            Self::RefreshTokenReused => "refresh-token-reused",
            Self::ByClient => "by-client",
            Self::ClientChanged => "client-changed",
        }
    }
}

/// Reads a row back, and says whether it was revoked.
pub(crate) fn read(row: Model) -> Result<(Grant, bool), StoreError> {
    let revoked = row.revoked_at.is_some();
    let grant = Grant {
        id: GrantId::from_stored(row.id),
        client_id: row.client_id,
        profile_id: ProfileId::from_stored(row.profile_id),
        session_id: row.session_id.map(SessionId::from_stored),
        details: serde_json::from_str(&row.details).map_err(unreadable)?,
        created_at: from_millis(row.created_at),
        expires_at: from_millis(row.expires_at),
    };
    Ok((grant, revoked))
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("grants", reason)
}

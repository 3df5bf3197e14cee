//! Sessions at the issuer, and which clients they reached.

use countersign_core::ids::{ProfileId, SessionId};
use countersign_core::oauth::session::{EndedBecause, Session};
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entities::sessions::{ActiveModel, Column, Entity, Model};
use crate::entities::{authorization_codes, grants, session_clients};
use crate::only::Only as _;
use crate::{Connection, StoreError};

/// The repository of sessions.
pub struct Sessions<'a>(Connection<'a>);

impl<'a> Sessions<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// The session of a browser's cookie, unless it was ended. Whether it still holds is for the rules to say.
    pub async fn by_token(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        let row = Entity::find()
            .filter(Column::TokenHash.eq(token.as_str()))
            .filter(Column::EndedAt.is_null())
            .only(&self.0)
            .await?;
        row.map(read).transpose()
    }

    /// The session of that identifier, unless it was ended.
    pub async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let row = Entity::find_by_id(id.as_str()).filter(Column::EndedAt.is_null()).only(&self.0).await?;
        row.map(read).transpose()
    }

    /// The browser of a session, ended or not, as far as both are known.
    pub async fn browser_of(&self, id: &SessionId) -> Result<Option<TokenHash>, StoreError> {
        let row = Entity::find_by_id(id.as_str()).one(self.0.executor()).await?;
        Ok(row.and_then(|row| row.browser_hash).map(TokenHash::from_stored))
    }

    /// Every session of a user that was not ended, newest first.
    pub async fn of_profile(&self, profile: &ProfileId) -> Result<Vec<Session>, StoreError> {
        let rows = Entity::find()
            .filter(Column::ProfileId.eq(profile.as_str()))
            .filter(Column::EndedAt.is_null())
            .order_by_desc(Column::LastUsedAt)
            .all(self.0.executor())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Adds a session.
    pub async fn add(&self, session: &Session, token: &TokenHash) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(session.id.as_str().to_owned()),
            token_hash: Set(token.as_str().to_owned()),
            profile_id: Set(session.profile_id.as_str().to_owned()),
            acr: Set(session.acr.as_str().to_owned()),
            auth_time: Set(to_millis(session.auth_time)),
            source: Set(session.source.clone()),
            user_agent: Set(session.user_agent.clone()),
            prior_access: Set(prior_access(session)?),
            created_at: Set(to_millis(session.created_at)),
            last_used_at: Set(to_millis(session.last_used_at)),
            expires_at: Set(to_millis(session.expires_at)),
            ended_at: Set(None),
            ended_because: Set(None),
            browser_hash: Set(session.browser.as_ref().map(|browser| browser.as_str().to_owned())),
        };
        Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Gives a session a new login and a new cookie, if `former` is still its cookie. The old cookie is worth
    /// nothing from then on.
    pub async fn renew(
        &self,
        session: &Session,
        former: &TokenHash,
        token: &TokenHash,
    ) -> Result<bool, StoreError> {
        let result = Entity::update_many()
            .col_expr(Column::TokenHash, Expr::value(token.as_str()))
            .col_expr(Column::Acr, Expr::value(session.acr.as_str()))
            .col_expr(Column::AuthTime, Expr::value(to_millis(session.auth_time)))
            .col_expr(Column::Source, Expr::value(session.source.as_str()))
            .col_expr(Column::UserAgent, Expr::value(session.user_agent.as_str()))
            .col_expr(
                Column::BrowserHash,
                Expr::value(session.browser.as_ref().map(|browser| browser.as_str().to_owned())),
            )
            .col_expr(Column::PriorAccess, Expr::value(prior_access(session)?))
            .col_expr(Column::LastUsedAt, Expr::value(to_millis(session.last_used_at)))
            .col_expr(Column::ExpiresAt, Expr::value(to_millis(session.expires_at)))
            .filter(Column::Id.eq(session.id.as_str()))
            .filter(Column::TokenHash.eq(former.as_str()))
            .filter(Column::EndedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Notes a use.
    pub async fn touch(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(to_millis(now)))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::LastUsedAt.lt(to_millis(now)))
            .filter(Column::EndedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(())
    }

    /// Notes a use, and says whether the session is still there under that cookie. As a write it stands in line with
    /// whoever ends the session: what is granted after it, in the same transaction, is granted before the end or not
    /// at all.
    pub async fn confirm(
        &self,
        session: &Session,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let used = session.last_used_at.max(now);
        let result = Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(to_millis(used)))
            .filter(Column::Id.eq(session.id.as_str()))
            .filter(Column::TokenHash.eq(token.as_str()))
            .filter(Column::EndedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Ends a session, and says whether it was this call that did.
    pub async fn end(
        &self,
        id: &SessionId,
        because: EndedBecause,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let result = Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(to_millis(now)))
            .col_expr(Column::EndedBecause, Expr::value(because.as_str()))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::EndedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Notes that a client was reached with a session: it will hear of the session's end.
    pub async fn reached(&self, id: &SessionId, client_id: &str, now: Timestamp) -> Result<(), StoreError> {
        let row = session_clients::ActiveModel {
            session_id: Set(id.as_str().to_owned()),
            client_id: Set(client_id.to_owned()),
            first_at: Set(to_millis(now)),
        };
        let once =
            OnConflict::columns([session_clients::Column::SessionId, session_clients::Column::ClientId])
                .do_nothing()
                .to_owned();
        session_clients::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(self.0.executor())
            .await?;
        Ok(())
    }

    /// The clients that were reached with a session.
    pub async fn clients_of(&self, id: &SessionId) -> Result<Vec<String>, StoreError> {
        Ok(session_clients::Entity::find()
            .select_only()
            .column(session_clients::Column::ClientId)
            .filter(session_clients::Column::SessionId.eq(id.as_str()))
            .into_tuple()
            .all(self.0.executor())
            .await?)
    }

    /// Takes back what was granted in a session and was to end with it, and the codes that still wait.
    pub async fn revoke_grants_of(
        &self,
        id: &SessionId,
        because: EndedBecause,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.revoke(Condition::all().add(grants::Column::SessionId.eq(id.as_str())), because, now).await?;
        authorization_codes::Entity::update_many()
            .col_expr(authorization_codes::Column::ConsumedAt, Expr::value(to_millis(now)))
            .filter(authorization_codes::Column::SessionId.eq(id.as_str()))
            .filter(authorization_codes::Column::ExpiresAt.gt(to_millis(now)))
            .filter(authorization_codes::Column::ConsumedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(())
    }

    /// Takes back everything a user ever granted, offline access included, except in the session to `keep`.
    pub async fn revoke_all_grants_of(
        &self,
        profile: &ProfileId,
        keep: Option<&SessionId>,
        because: EndedBecause,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut all = Condition::all().add(grants::Column::ProfileId.eq(profile.as_str()));
        if let Some(keep) = keep {
            let elsewhere = Condition::any()
                .add(grants::Column::SessionId.is_null())
                .add(grants::Column::SessionId.ne(keep.as_str()));
            all = all.add(elsewhere);
        }
        self.revoke(all, because, now).await
    }

    async fn revoke(&self, of: Condition, because: EndedBecause, now: Timestamp) -> Result<(), StoreError> {
        grants::Entity::update_many()
            .col_expr(grants::Column::RevokedAt, Expr::value(to_millis(now)))
            .col_expr(grants::Column::RevokedBecause, Expr::value(because.as_str()))
            .filter(of)
            .filter(grants::Column::RevokedAt.is_null())
            .exec(self.0.executor())
            .await?;
        Ok(())
    }
}

fn prior_access(session: &Session) -> Result<Option<String>, StoreError> {
    session.prior_access.as_ref().map(serde_json::to_string).transpose().map_err(unreadable)
}

pub(crate) fn read(row: Model) -> Result<Session, StoreError> {
    let prior_access = row.prior_access.as_deref().map(serde_json::from_str).transpose();
    Ok(Session {
        id: SessionId::from_stored(row.id),
        profile_id: ProfileId::from_stored(row.profile_id),
        acr: row.acr.parse().map_err(unreadable)?,
        auth_time: from_millis(row.auth_time),
        source: row.source,
        user_agent: row.user_agent,
        browser: row.browser_hash.map(TokenHash::from_stored),
        prior_access: prior_access.map_err(unreadable)?,
        created_at: from_millis(row.created_at),
        last_used_at: from_millis(row.last_used_at),
        expires_at: from_millis(row.expires_at),
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("sessions", reason)
}

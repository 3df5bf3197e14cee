//! Everything that a token's use depends on, in one query: its grant, its user, its session.

use countersign_core::directory::profile::Profile;
use countersign_core::ids::{GrantId, ParticipantKey};
use countersign_core::oauth::code::CodeGrant;
use countersign_core::oauth::grant::Grant;
use countersign_core::oauth::session::Session;
use countersign_core::secret::TokenHash;
use countersign_core::{Timestamp, from_millis};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, EntityTrait, FromQueryResult, Iden as _, Iterable as _, QueryResult};

use crate::entities::{
    authorization_codes, grants, profiles, refresh_tokens, revoked_access_tokens, sessions,
};
use crate::{Connection, StoreError};

/// Reads facts about tokens.
pub struct TokenFacts<'a>(Connection<'a>);

/// What a code stands for, and whose it is.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// What was granted.
    pub grant: CodeGrant,
    /// Until when it may be redeemed.
    pub expires_at: Timestamp,
    /// Whether it has been.
    pub consumed: bool,
    /// The user, if still there.
    pub profile: Option<Profile>,
    /// The session, unless it was ended.
    pub session: Option<Session>,
}

/// A grant, and whose it is.
#[derive(Clone, Debug)]
pub struct GrantFacts {
    /// The grant.
    pub grant: Grant,
    /// Whether it was taken back.
    pub revoked: bool,
    /// The user.
    pub profile: Profile,
    /// The user's participant.
    pub participant: ParticipantKey,
    /// The session it depends on, unless it was ended.
    pub session: Option<Session>,
}

/// A refresh token, and what it belongs to.
#[derive(Clone, Debug)]
pub struct RefreshFacts {
    /// Its family.
    pub family: GrantFacts,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// When it was, if it was.
    pub consumed: Option<Consumed>,
}

/// A used refresh token.
#[derive(Clone, Debug)]
pub struct Consumed {
    /// When.
    pub at: Timestamp,
    /// What took its place, sealed.
    pub successor_sealed: Option<String>,
    /// Whether that was used, too.
    pub successor_used: bool,
}

impl<'a> TokenFacts<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// About an authorization code.
    pub async fn of_code(&self, code: &TokenHash) -> Result<Option<CodeFacts>, StoreError> {
        let mut select = Query::select();
        select.from(authorization_codes::Entity);
        columns::<authorization_codes::Entity>(&mut select, "c_");
        columns::<sessions::Entity>(&mut select, "s_");
        columns::<profiles::Entity>(&mut select, "p_");
        let session = Expr::col((sessions::Entity, sessions::Column::Id))
            .equals((authorization_codes::Entity, authorization_codes::Column::SessionId));
        let profile = Expr::col((profiles::Entity, profiles::Column::Id))
            .equals((sessions::Entity, sessions::Column::ProfileId));
        select
            .join(JoinType::LeftJoin, sessions::Entity, session)
            .join(JoinType::LeftJoin, profiles::Entity, profile)
            .and_where(
                Expr::col((authorization_codes::Entity, authorization_codes::Column::CodeHash))
                    .eq(code.as_str()),
            );
        let Some(row) = self.0.executor().query_one(&select).await? else { return Ok(None) };
        let stored = authorization_codes::Model::from_query_result(&row, "c_")?;
        Ok(Some(CodeFacts {
            grant: serde_json::from_str(&stored.details)
                .map_err(|error| StoreError::unreadable("authorization_codes", error))?,
            expires_at: from_millis(stored.expires_at),
            consumed: stored.consumed_at.is_some(),
            profile: profiles::Model::from_query_result_optional(&row, "p_")?
                .map(|profile| crate::profiles::read(profile, false))
                .transpose()?,
            session: session_of(&row)?,
        }))
    }

    /// About a grant.
    pub async fn of_grant(&self, grant: &GrantId) -> Result<Option<GrantFacts>, StoreError> {
        let mut select = Query::select();
        select.from(grants::Entity);
        family(&mut select);
        select.and_where(Expr::col((grants::Entity, grants::Column::Id)).eq(grant.as_str()));
        let row = self.0.executor().query_one(&select).await?;
        row.as_ref().map(family_of).transpose()
    }

    /// About the grant of an access token, unless that very token was revoked.
    pub async fn of_access_token(
        &self,
        grant: &GrantId,
        jti: &str,
    ) -> Result<Option<GrantFacts>, StoreError> {
        let revoked = Query::select()
            .expr(Expr::val(1))
            .from(revoked_access_tokens::Entity)
            .and_where(Expr::col((revoked_access_tokens::Entity, revoked_access_tokens::Column::Jti)).eq(jti))
            .to_owned();
        let mut select = Query::select();
        select.from(grants::Entity);
        family(&mut select);
        select
            .and_where(Expr::col((grants::Entity, grants::Column::Id)).eq(grant.as_str()))
            .and_where(Expr::exists(revoked).not());
        let row = self.0.executor().query_one(&select).await?;
        row.as_ref().map(family_of).transpose()
    }

    /// About a refresh token.
    pub async fn of_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshFacts>, StoreError> {
        let successor = Alias::new("successor");
        let mut select = Query::select();
        select.from(refresh_tokens::Entity);
        columns::<refresh_tokens::Entity>(&mut select, "r_");
        let its_grant = Expr::col((grants::Entity, grants::Column::Id))
            .equals((refresh_tokens::Entity, refresh_tokens::Column::GrantId));
        select.join(JoinType::InnerJoin, grants::Entity, its_grant);
        family(&mut select);
        let its_successor = Expr::col((successor.clone(), refresh_tokens::Column::TokenHash))
            .equals((refresh_tokens::Entity, refresh_tokens::Column::SuccessorHash));
        select
            .expr_as(
                Expr::col((successor.clone(), refresh_tokens::Column::ConsumedAt)),
                Alias::new("n_consumed_at"),
            )
            .join_as(JoinType::LeftJoin, refresh_tokens::Entity, successor, its_successor)
            .and_where(
                Expr::col((refresh_tokens::Entity, refresh_tokens::Column::TokenHash)).eq(token.as_str()),
            );
        let Some(row) = self.0.executor().query_one(&select).await? else { return Ok(None) };
        let stored = refresh_tokens::Model::from_query_result(&row, "r_")?;
        let successor_used = row.try_get::<Option<i64>>("", "n_consumed_at")?.is_some();
        let successor_sealed = stored.successor_sealed;
        Ok(Some(RefreshFacts {
            family: family_of(&row)?,
            expires_at: from_millis(stored.expires_at),
            consumed: stored.consumed_at.map(from_millis).map(|at| Consumed {
                at,
                successor_sealed,
                successor_used,
            }),
        }))
    }
}

/// Joins a grant's user and session to a query that has the grant.
fn family(select: &mut SelectStatement) {
    columns::<grants::Entity>(select, "g_");
    columns::<profiles::Entity>(select, "p_");
    columns::<sessions::Entity>(select, "s_");
    let profile = Expr::col((profiles::Entity, profiles::Column::Id))
        .equals((grants::Entity, grants::Column::ProfileId));
    let session = Expr::col((sessions::Entity, sessions::Column::Id))
        .equals((grants::Entity, grants::Column::SessionId));
    select.join(JoinType::InnerJoin, profiles::Entity, profile).join(
        JoinType::LeftJoin,
        sessions::Entity,
        session,
    );
}

fn family_of(row: &QueryResult) -> Result<GrantFacts, StoreError> {
    let (grant, revoked) = crate::grants::read(grants::Model::from_query_result(row, "g_")?)?;
    let stored = profiles::Model::from_query_result(row, "p_")?;
    let participant = ParticipantKey::from_stored(stored.participant_id.as_str());
    let profile = crate::profiles::read(stored, false)?;
    Ok(GrantFacts { grant, revoked, profile, participant, session: session_of(row)? })
}

fn session_of(row: &QueryResult) -> Result<Option<Session>, StoreError> {
    sessions::Model::from_query_result_optional(row, "s_")?
        .filter(|session| session.ended_at.is_none())
        .map(crate::sessions::read)
        .transpose()
}

/// Selects every column of an entity under a prefix.
fn columns<E: EntityTrait + Copy>(select: &mut SelectStatement, prefix: &str) {
    for column in E::Column::iter() {
        let name = Alias::new(format!("{prefix}{}", column.to_string()));
        select.expr_as(Expr::col((E::default(), column)), name);
    }
}

//! Listings of participants, and how far the people of each are in the migration. Nothing is found outside the scope.

use std::collections::BTreeMap;

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::directory::participant::Participant;
use countersign_core::ids::ParticipantKey;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, Query};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _};
use sea_orm::{QueryFilter as _, QueryOrder as _, QueryResult, QuerySelect as _, Select};

use crate::entities::{otp_channels, participants, passwords, profile_activity, profiles};
use crate::{Connection, StoreError};

/// The repository of listings of participants.
pub struct ParticipantListing<'a>(Connection<'a>);

/// How many of a participant's people have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Profiles.
    pub users: u64,
    /// With an email address.
    pub registered: u64,
    /// With a password.
    pub password_set: u64,
    /// With a second factor.
    pub token_set: u64,
    /// That have logged in with two factors.
    pub logged_in_2fa: u64,
}

impl<'a> ParticipantListing<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// At most `limit` participants in scope, by clearing house and participant ID, after the given one.
    pub async fn page(
        &self,
        scope: &Scope,
        house: Option<ClearingHouse>,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<Vec<Participant>, StoreError> {
        use participants::Column;
        let mut query = within(scope, house);
        if let Some(Position { key: SortKey::Text(house), tie }) = after {
            let place = Expr::tuple([Expr::col(Column::ClearingHouse), Expr::col(Column::Participant)]);
            let mark = Expr::tuple([Expr::val(house.as_str()), Expr::val(tie.as_str())]);
            query = query.filter(place.gt(mark));
        }
        let query = query.order_by_asc(Column::ClearingHouse).order_by_asc(Column::Participant).limit(limit);
        query.all(self.0.executor()).await?.into_iter().map(crate::participants::read).collect()
    }

    /// How many participants there are on all pages.
    pub async fn count(&self, scope: &Scope, house: Option<ClearingHouse>) -> Result<u64, StoreError> {
        Ok(within(scope, house).count(self.0.executor()).await?)
    }

    /// How far the people of these participants are, of those in scope. Who has no people is not in the answer.
    pub async fn progress(
        &self,
        scope: &Scope,
        of: &[ParticipantKey],
    ) -> Result<BTreeMap<ParticipantKey, Progress>, StoreError> {
        let (p, a) = (Alias::new("p"), Alias::new("a"));
        let (c, w) = (Alias::new("c"), Alias::new("w"));
        let id = || Expr::col((p.clone(), profiles::Column::Id));
        let participant = || Expr::col((p.clone(), profiles::Column::ParticipantId));
        let mut select = Query::select();
        select.from_as(profiles::Entity, p.clone());
        let same = Expr::col((a.clone(), profile_activity::Column::ProfileId)).eq(id());
        select.join_as(JoinType::LeftJoin, profile_activity::Entity, a.clone(), same);
        let same = Expr::col((c.clone(), otp_channels::Column::ProfileId)).eq(id());
        select.join_as(JoinType::LeftJoin, otp_channels::Entity, c.clone(), same);
        let same = Expr::col((w.clone(), passwords::Column::ProfileId)).eq(id());
        select.join_as(JoinType::LeftJoin, passwords::Entity, w.clone(), same);
        // COUNT passes over what is NULL: a row that is not there.
        let counted = [
            (id(), "users"),
            (Expr::col((p.clone(), profiles::Column::Email)), "registered"),
            (Expr::col((w, passwords::Column::ProfileId)), "password_set"),
            (Expr::col((c, otp_channels::Column::ProfileId)), "token_set"),
            (Expr::col((a, profile_activity::Column::TwoFactorAt)), "logged_in_2fa"),
        ];
        select.expr_as(participant(), Alias::new("participant"));
        for (column, name) in counted {
            select.expr_as(column.count(), Alias::new(name));
        }
        select.and_where(participant().is_in(of.iter().map(ParticipantKey::as_str)));
        if let Some(own) = scope.participant() {
            select.and_where(participant().eq(own.as_str()));
        }
        select.group_by_col((p, profiles::Column::ParticipantId));
        let rows = self.0.executor().query_all(&select).await?;
        rows.iter().map(progress).collect()
    }
}

fn within(scope: &Scope, house: Option<ClearingHouse>) -> Select<participants::Entity> {
    use participants::Column;
    let own = scope.participant().map(|own| Column::Id.eq(own.as_str()));
    let house = house.map(|house| Column::ClearingHouse.eq(house.as_str()));
    participants::Entity::find().filter(Condition::all().add_option(own).add_option(house))
}

fn progress(row: &QueryResult) -> Result<(ParticipantKey, Progress), StoreError> {
    let count = |name: &str| -> Result<u64, StoreError> {
        Ok(u64::try_from(row.try_get::<i64>("", name)?).unwrap_or_default())
    };
    let of = ParticipantKey::from_stored(row.try_get::<String>("", "participant")?);
    let progress = Progress {
        users: count("users")?,
        registered: count("registered")?,
        password_set: count("password_set")?,
        token_set: count("token_set")?,
        logged_in_2fa: count("logged_in_2fa")?,
    };
    Ok((of, progress))
}

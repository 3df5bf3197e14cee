//! What a listing's filters are in SQL, and the scope in front of them.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::listing::ProfileFilter;
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::search::group_term;
use countersign_core::directory::standing::{MigrationState, TwoFactorState};
use countersign_core::directory::status::ProfileStatus;
use countersign_core::journey::steps::Channel;
use countersign_core::{Timestamp, to_millis};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement};

use crate::entities::{otp_channels, participants, passwords, profile_activity, profiles};
use crate::profile_terms::{Search, Wanted};

/// `profiles`, `profile_activity`, `otp_channels` and `passwords` as these queries call them.
pub(super) const P: &str = "p";
pub(super) const A: &str = "a";
pub(super) const C: &str = "c";
pub(super) const W: &str = "w";

/// A column of the profile.
pub(super) fn profile(column: profiles::Column) -> Expr {
    Expr::col((Alias::new(P), column))
}

/// A column of its activity.
pub(super) fn activity(column: profile_activity::Column) -> Expr {
    Expr::col((Alias::new(A), column))
}

/// When it was last used, as its index has it.
pub(super) fn last_access() -> Expr {
    Func::coalesce([activity(profile_activity::Column::LastAccessAt), Expr::cust("0")]).into()
}

fn channel() -> Expr {
    Expr::col((Alias::new(C), otp_channels::Column::Channel))
}

fn password_of() -> Expr {
    Expr::col((Alias::new(W), passwords::Column::ProfileId))
}

/// The tables that conditions speak of, beside the profiles themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joined {
    pub(super) activity: bool,
    pub(super) channel: bool,
    pub(super) password: bool,
}

impl Joined {
    /// All of them.
    pub(super) const ALL: Self = Self { activity: true, channel: true, password: true };

    /// Joins them.
    pub(super) fn join(self, select: &mut SelectStatement) {
        let id = || profile(profiles::Column::Id);
        if self.activity {
            let same = activity(profile_activity::Column::ProfileId).eq(id());
            select.join_as(JoinType::LeftJoin, profile_activity::Entity, Alias::new(A), same);
        }
        if self.channel {
            let same = Expr::col((Alias::new(C), otp_channels::Column::ProfileId)).eq(id());
            select.join_as(JoinType::LeftJoin, otp_channels::Entity, Alias::new(C), same);
        }
        if self.password {
            let same = password_of().eq(id());
            select.join_as(JoinType::LeftJoin, passwords::Entity, Alias::new(W), same);
        }
    }
}

/// Holds a query to a scope.
pub(super) fn within(select: &mut SelectStatement, scope: &Scope) {
    if let Some(participant) = scope.participant() {
        select.and_where(profile(profiles::Column::ParticipantId).eq(participant.as_str()));
    }
}

/// The terms that are wanted.
pub(super) fn terms(wanted: &ProfileFilter) -> Vec<Wanted> {
    let words = wanted.words.iter().cloned().map(Wanted::Beginning);
    words.chain(wanted.group.as_deref().map(|group| Wanted::Exactly(group_term(group)))).collect()
}

/// Holds a query to a scope and to what is wanted; says which tables that takes.
pub(super) fn apply(
    select: &mut SelectStatement,
    scope: &Scope,
    wanted: &ProfileFilter,
    search: &Search,
) -> Joined {
    within(select, scope);
    let mut joined = Joined::default();
    plain(select, wanted);
    for condition in search.conditions() {
        select.and_where(condition);
    }
    if let Some(wanted) = wanted.channel {
        joined.channel = true;
        select.and_where(match wanted {
            Some(wanted) => channel().eq(wanted.as_str()),
            None => channel().is_null(),
        });
    }
    if let Some(state) = wanted.two_factor {
        joined = Joined::ALL;
        select.and_where(two_factor(state));
    }
    if let Some(state) = wanted.migration {
        joined = Joined::ALL;
        select.and_where(migration(state));
    }
    if let Some(since) = wanted.dormant_since {
        joined.activity = true;
        select.and_where(dormant(since));
    }
    if let Some(since) = wanted.used_since {
        joined.activity = true;
        select.and_where(last_access().gte(to_millis(since)));
    }
    joined
}

/// Conditions on the profile alone.
fn plain(select: &mut SelectStatement, wanted: &ProfileFilter) {
    let conditions = [
        (profiles::Column::Status, wanted.status.map(ProfileStatus::as_str)),
        (profiles::Column::Kind, wanted.kind.map(UserKind::as_str)),
        (profiles::Column::ClearingHouse, wanted.clearing_house.map(ClearingHouse::as_str)),
    ];
    for (column, value) in conditions {
        if let Some(value) = value {
            select.and_where(profile(column).eq(value));
        }
    }
    if let Some(participant) = &wanted.participant {
        // Participant IDs are unique in their house alone.
        let named = Query::select()
            .column(participants::Column::Id)
            .from(participants::Entity)
            .and_where(Expr::col(participants::Column::Participant).eq(participant.as_str()))
            .to_owned();
        select.and_where(profile(profiles::Column::ParticipantId).in_subquery(named));
    }
    if let Some(card) = wanted.card {
        let missing = profile(profiles::Column::Srn).is_null();
        select.and_where(if card { missing.not() } else { missing });
    }
}

/// [`countersign_core::directory::standing::Standing::two_factor`], in SQL.
fn two_factor(state: TwoFactorState) -> Expr {
    let unlocked = || activity(profile_activity::Column::LockedAt).is_null();
    match state {
        // Few are: they have an index of their own.
        TwoFactorState::Locked => {
            let locked = Query::select()
                .column(profile_activity::Column::ProfileId)
                .from(profile_activity::Entity)
                .and_where(Expr::col(profile_activity::Column::LockedAt).is_not_null())
                .to_owned();
            profile(profiles::Column::Id).in_subquery(locked)
        }
        TwoFactorState::None => unlocked().and(password_of().is_null()),
        TwoFactorState::PasswordOnly => unlocked().and(password_of().is_not_null()).and(channel().is_null()),
        TwoFactorState::SetUp => unlocked().and(password_of().is_not_null()).and(channel().is_not_null()),
    }
}

/// [`countersign_core::directory::standing::Standing::migration`], in SQL.
fn migration(state: MigrationState) -> Expr {
    let mailbox = || profile(profiles::Column::Email).is_not_null();
    let used = || activity(profile_activity::Column::TwoFactorAt);
    let not_yet = || mailbox().and(used().is_null());
    match state {
        MigrationState::NoEmail => profile(profiles::Column::Email).is_null(),
        MigrationState::LoggedIn2fa => mailbox().and(used().is_not_null()),
        MigrationState::TokenSet => not_yet().and(channel().is_not_null()),
        MigrationState::PasswordSet => not_yet().and(channel().is_null()).and(password_of().is_not_null()),
        MigrationState::Registered => not_yet().and(channel().is_null()).and(password_of().is_null()),
    }
}

/// Created before and not used since.
fn dormant(since: Timestamp) -> Expr {
    let since = to_millis(since);
    last_access().lt(since).and(profile(profiles::Column::CreatedAt).lt(since))
}

/// A channel as it is stored.
pub(super) fn read_channel(text: Option<String>) -> Result<Option<Channel>, crate::StoreError> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|error| crate::StoreError::unreadable("otp_channels", error))
}

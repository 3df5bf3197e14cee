//! What is said of one profile: its row, and what login keeps beside it.

use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::entry::{Card, DirectoryEntry};
use countersign_core::directory::profile::LastAccess;
use countersign_core::directory::standing::Standing;
use countersign_core::from_millis;
use countersign_core::ids::{ParticipantKey, ProfileId};
use sea_orm::sea_query::{Alias, Expr, Query, SelectStatement};
use sea_orm::{FromQueryResult as _, Iden as _, Iterable as _, QueryResult};

use super::filter::{A, C, Joined, P, W, profile, read_channel};
use crate::StoreError;
use crate::entities::{otp_channels, passwords, profile_activity, profiles};

/// Selects all that [`read`] reads. The password itself is not among it.
pub(super) fn select() -> SelectStatement {
    let mut select = Query::select();
    select.from_as(profiles::Entity, Alias::new(P));
    for column in profiles::Column::iter() {
        select.expr_as(profile(column), Alias::new(format!("p_{}", column.to_string())));
    }
    for column in profile_activity::Column::iter() {
        let name = Alias::new(format!("a_{}", column.to_string()));
        select.expr_as(Expr::col((Alias::new(A), column)), name);
    }
    select
        .expr_as(Expr::col((Alias::new(C), otp_channels::Column::Channel)), Alias::new("channel"))
        .expr_as(Expr::col((Alias::new(W), passwords::Column::SetAt)), Alias::new("password_set_at"));
    Joined::ALL.join(&mut select);
    select
}

/// Reads what [`select`] selects.
pub(super) fn read(row: &QueryResult) -> Result<DirectoryEntry, StoreError> {
    let stored = profiles::Model::from_query_result(row, "p_")?;
    let activity = profile_activity::Model::from_query_result_optional(row, "a_")?;
    let standing = Standing {
        has_email: stored.email.is_some(),
        has_password: row.try_get::<Option<i64>>("", "password_set_at")?.is_some(),
        channel: read_channel(row.try_get("", "channel")?)?,
        locked: activity.as_ref().is_some_and(|activity| activity.locked_at.is_some()),
        has_used_two_factors: activity.as_ref().is_some_and(|activity| activity.two_factor_at.is_some()),
    };
    let certificate_expiry = stored.certificate_expiry.map(from_millis);
    Ok(DirectoryEntry {
        id: ProfileId::from_stored(stored.id),
        user_id: stored.user_id,
        kind: stored.kind.parse().map_err(unreadable)?,
        clearing_house: stored.clearing_house.parse().map_err(unreadable)?,
        participant_key: ParticipantKey::from_stored(stored.participant_id),
        participant: stored.participant,
        settlement_agent: stored.settlement_agent,
        status: stored.status.parse().map_err(unreadable)?,
        surname: stored.surname,
        other_names: stored.other_names,
        email: stored.email,
        enable_from: stored.enable_from.map(from_millis),
        disable_after: stored.disable_after.map(from_millis),
        capabilities: Capabilities {
            business_user_groups: serde_json::from_str(&stored.business_user_groups).map_err(unreadable)?,
            access_levels: serde_json::from_str(&stored.access_levels).map_err(unreadable)?,
        },
        options: serde_json::from_str(&stored.options).map_err(unreadable)?,
        card: stored.srn.map(|srn| Card { srn, certificate_expiry }),
        standing,
        locked_at: activity.as_ref().and_then(|activity| activity.locked_at).map(from_millis),
        last_access: activity.and_then(last_access),
        created_in: stored.created_in_phase.parse().map_err(unreadable)?,
        created_at: from_millis(stored.created_at),
        updated_at: from_millis(stored.updated_at),
        version: stored.version,
    })
}

fn last_access(row: profile_activity::Model) -> Option<LastAccess> {
    Some(LastAccess {
        time: from_millis(row.last_access_at?),
        method: row.last_access_method?,
        source: row.last_access_source?,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("profiles", reason)
}

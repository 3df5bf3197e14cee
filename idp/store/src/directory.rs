//! Whole profiles, for the directory: read within a scope, written by approved requests, each write conditional on the
//! version that the request was made for.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::record::ProfileRecord;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::ids::{ParticipantKey, ProfileId, RequestId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, TryInsertResult,
};

use crate::entities::{card_pin_releases, participants, profile_activity, profiles};
use crate::profiles::{json, read as read_profile};
use crate::{Connection, StoreError, profile_terms};

/// Names of one statement: SQLite takes 32,766 parameters.
const NAMES: usize = 5_000;
/// New profiles of one statement.
const PROFILES: usize = 500;

/// The repository of whole profiles.
pub struct Directory<'a>(Connection<'a>);

impl<'a> Directory<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// The profile of that user ID, if `scope` may see it.
    pub async fn find(&self, scope: &Scope, user_id: &str) -> Result<Option<ProfileRecord>, StoreError> {
        let user_ids = [user_id.to_owned()];
        Ok(self.find_all(scope, &user_ids).await?.remove(user_id))
    }

    /// Those of these profiles that `scope` may see, by user ID.
    pub async fn find_all(
        &self,
        scope: &Scope,
        user_ids: &[String],
    ) -> Result<BTreeMap<String, ProfileRecord>, StoreError> {
        let mut found = BTreeMap::new();
        for some in user_ids.chunks(NAMES) {
            let rows = within(scope, profiles::Entity::find())
                .filter(profiles::Column::UserId.is_in(some))
                .find_also_related(profile_activity::Entity)
                .all(self.0.executor())
                .await?;
            for (row, activity) in rows {
                let locked = activity.is_some_and(|activity| activity.locked_at.is_some());
                found.insert(row.user_id.clone(), read(row, locked)?);
            }
        }
        Ok(found)
    }

    /// The participants of these profiles, those that there are.
    pub async fn participants_of(&self, user_ids: &[String]) -> Result<BTreeSet<ParticipantKey>, StoreError> {
        let mut found = BTreeSet::new();
        for some in user_ids.chunks(NAMES) {
            let rows: Vec<String> = profiles::Entity::find()
                .select_only()
                .column(profiles::Column::ParticipantId)
                .distinct()
                .filter(profiles::Column::UserId.is_in(some))
                .into_tuple()
                .all(self.0.executor())
                .await?;
            found.extend(rows.into_iter().map(ParticipantKey::from_stored));
        }
        Ok(found)
    }

    /// Which of these user IDs belong to somebody, whoever may see them: they are unique across the installation.
    pub async fn taken(&self, user_ids: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut taken = BTreeSet::new();
        for some in user_ids.chunks(NAMES) {
            let rows: Vec<String> = profiles::Entity::find()
                .select_only()
                .column(profiles::Column::UserId)
                .filter(profiles::Column::UserId.is_in(some))
                .into_tuple()
                .all(self.0.executor())
                .await?;
            taken.extend(rows);
        }
        Ok(taken)
    }

    /// Who among those that `scope` may see has which of these mailboxes: user IDs by mailbox in small letters.
    pub async fn by_mailbox(
        &self,
        scope: &Scope,
        mailboxes: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mailboxes: Vec<&String> = mailboxes.iter().collect();
        for some in mailboxes.chunks(NAMES) {
            let address = Expr::expr(Func::lower(Expr::col(profiles::Column::Email)));
            let rows: Vec<(String, Option<String>)> = within(scope, profiles::Entity::find())
                .select_only()
                .column(profiles::Column::UserId)
                .column(profiles::Column::Email)
                .filter(address.is_in(some.iter().map(|mailbox| mailbox.as_str())))
                .into_tuple()
                .all(self.0.executor())
                .await?;
            for (user_id, email) in rows {
                found.entry(email.unwrap_or_default().to_lowercase()).or_default().insert(user_id);
            }
        }
        Ok(found)
    }

    /// Everyone of a participant, for the rules that look at all of them.
    pub async fn of_participant(
        &self,
        participant: &ParticipantKey,
    ) -> Result<Vec<ProfileRecord>, StoreError> {
        let rows = profiles::Entity::find()
            .filter(profiles::Column::ParticipantId.eq(participant.as_str()))
            .find_also_related(profile_activity::Entity)
            .all(self.0.executor())
            .await?;
        rows.into_iter()
            .map(|(row, activity)| read(row, activity.is_some_and(|activity| activity.locked_at.is_some())))
            .collect()
    }

    /// Everyone of the exchange.
    pub async fn of_the_exchange(&self) -> Result<Vec<ProfileRecord>, StoreError> {
        let exchange = Query::select()
            .column(participants::Column::Id)
            .from(participants::Entity)
            .and_where(Expr::col(participants::Column::ClearingHouse).eq(ClearingHouse::Exchange.as_str()))
            .to_owned();
        let rows = profiles::Entity::find()
            .filter(profiles::Column::ParticipantId.in_subquery(exchange))
            .find_also_related(profile_activity::Entity)
            .order_by_asc(profiles::Column::UserId)
            .all(self.0.executor())
            .await?;
        rows.into_iter()
            .map(|(row, activity)| read(row, activity.is_some_and(|activity| activity.locked_at.is_some())))
            .collect()
    }

    /// Adds a profile, with no activity yet. False when its user ID belongs to somebody.
    pub async fn add(&self, record: &ProfileRecord, now: Timestamp) -> Result<bool, StoreError> {
        let insert = profiles::Entity::insert(row(record, now)?);
        let insert = insert.on_conflict_do_nothing_on([profiles::Column::UserId]);
        match insert.exec_without_returning(self.0.executor()).await? {
            TryInsertResult::Inserted(1) => {}
            _ => return Ok(false),
        }
        profile_activity::Entity::insert(no_activity(record))
            .exec_without_returning(self.0.executor())
            .await?;
        profile_terms::write(&self.0, &record.profile).await?;
        Ok(true)
    }

    /// Adds many profiles, with no activity yet, in few statements. `Err` inside: this user ID belongs to somebody; a part
    /// may be written, and the transaction must be dropped.
    pub async fn add_all(
        &self,
        records: &[ProfileRecord],
        now: Timestamp,
    ) -> Result<Result<(), String>, StoreError> {
        for some in records.chunks(PROFILES) {
            let rows = some.iter().map(|record| row(record, now)).collect::<Result<Vec<_>, _>>()?;
            let insert = profiles::Entity::insert_many(rows);
            let insert = insert.on_conflict_do_nothing_on([profiles::Column::UserId]);
            match insert.exec_without_returning(self.0.executor()).await? {
                TryInsertResult::Inserted(added) if added == some.len() as u64 => {}
                _ => return Ok(Err(self.taken_by_another(some).await?)),
            }
            let activity = profile_activity::Entity::insert_many(some.iter().map(no_activity));
            activity.exec_without_returning(self.0.executor()).await?;
        }
        profile_terms::write_new(&self.0, records.iter().map(|record| &record.profile)).await?;
        Ok(Ok(()))
    }

    /// A user ID of `records` that another profile has.
    async fn taken_by_another(&self, records: &[ProfileRecord]) -> Result<String, StoreError> {
        let row = profiles::Entity::find()
            .filter(profiles::Column::UserId.is_in(records.iter().map(|one| one.profile.user_id.as_str())))
            .filter(profiles::Column::Id.is_not_in(records.iter().map(|one| one.profile.id.as_str())))
            .order_by_asc(profiles::Column::UserId)
            .one(self.0.executor())
            .await?;
        // Should it be gone again, the transaction is dropped all the same.
        Ok(row.map(|row| row.user_id).unwrap_or_default())
    }

    /// Writes a profile over the one of version `base`; the version after it is one higher. False when it has another by
    /// now, or is gone.
    pub async fn save(&self, record: &ProfileRecord, base: i64, now: Timestamp) -> Result<bool, StoreError> {
        let mut changed = row(record, now)?;
        changed.version = Set(base + 1);
        changed.id = sea_orm::ActiveValue::NotSet;
        changed.created_at = sea_orm::ActiveValue::NotSet;
        let update = profiles::Entity::update_many()
            .set(changed)
            .filter(profiles::Column::Id.eq(record.profile.id.as_str()))
            .filter(profiles::Column::Version.eq(base));
        if update.exec(self.0.executor()).await?.rows_affected != 1 {
            return Ok(false);
        }
        profile_terms::write(&self.0, &record.profile).await?;
        Ok(true)
    }

    /// Removes a profile of version `base`, with everything that was only its own. False when it has another version by
    /// now, or is gone.
    pub async fn remove(&self, id: &ProfileId, base: i64) -> Result<bool, StoreError> {
        let delete = profiles::Entity::delete_many()
            .filter(profiles::Column::Id.eq(id.as_str()))
            .filter(profiles::Column::Version.eq(base));
        Ok(delete.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Notes that the PIN of its card may be set anew, once.
    pub async fn release_card_pin(
        &self,
        id: &ProfileId,
        request: &RequestId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = card_pin_releases::ActiveModel {
            request_id: Set(request.as_str().to_owned()),
            profile_id: Set(id.as_str().to_owned()),
            released_at: Set(to_millis(now)),
            consumed_at: Set(None),
        };
        card_pin_releases::Entity::insert(row).exec_without_returning(self.0.executor()).await?;
        Ok(())
    }

    /// Suspends a profile that is enabled, at once. False when it is not.
    pub async fn suspend(&self, id: &ProfileId, now: Timestamp) -> Result<bool, StoreError> {
        let update = profiles::Entity::update_many()
            .col_expr(profiles::Column::Status, Expr::value(ProfileStatus::Suspended.as_str()))
            .col_expr(profiles::Column::Version, Expr::col(profiles::Column::Version).add(1))
            .col_expr(profiles::Column::UpdatedAt, Expr::value(to_millis(now)))
            .filter(profiles::Column::Id.eq(id.as_str()))
            .filter(profiles::Column::Status.eq(ProfileStatus::Enabled.as_str()));
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// Puts a profile in quarantine that has no email address. False when it has one, or is gone.
    pub async fn quarantine(&self, id: &ProfileId, now: Timestamp) -> Result<bool, StoreError> {
        let update = profiles::Entity::update_many()
            .col_expr(profiles::Column::Status, Expr::value(ProfileStatus::Quarantined.as_str()))
            .col_expr(profiles::Column::Version, Expr::col(profiles::Column::Version).add(1))
            .col_expr(profiles::Column::UpdatedAt, Expr::value(to_millis(now)))
            .filter(profiles::Column::Id.eq(id.as_str()))
            .filter(profiles::Column::Email.is_null());
        Ok(update.exec(self.0.executor()).await?.rows_affected == 1)
    }

    /// The user IDs of these profiles, as far as `scope` sees them.
    pub async fn user_ids(
        &self,
        scope: &Scope,
        ids: &[ProfileId],
    ) -> Result<BTreeMap<ProfileId, String>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let named = profiles::Entity::find()
            .filter(profiles::Column::Id.is_in(ids.iter().map(ProfileId::as_str)))
            .select_only()
            .columns([profiles::Column::Id, profiles::Column::UserId]);
        let rows: Vec<(String, String)> = within(scope, named).into_tuple().all(self.0.executor()).await?;
        Ok(rows.into_iter().map(|(id, user_id)| (ProfileId::from_stored(id), user_id)).collect())
    }

    /// How many enabled profiles a participant has, or of these, those of its settlement agent `agent`.
    pub async fn count_enabled(
        &self,
        participant: &ParticipantKey,
        agent: Option<&str>,
    ) -> Result<u64, StoreError> {
        let enabled = profiles::Entity::find()
            .filter(profiles::Column::Status.eq(ProfileStatus::Enabled.as_str()))
            .filter(of(participant, agent));
        Ok(enabled.count(self.0.executor()).await?)
    }

    /// Disables every profile of a participant that is not, or of these, those of its settlement agent `agent`; says
    /// which.
    pub async fn disable_all(
        &self,
        participant: &ParticipantKey,
        agent: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<ProfileId>, StoreError> {
        let update = profiles::Entity::update_many()
            .col_expr(profiles::Column::Status, Expr::value(ProfileStatus::Disabled.as_str()))
            .col_expr(profiles::Column::Version, Expr::col(profiles::Column::Version).add(1))
            .col_expr(profiles::Column::UpdatedAt, Expr::value(to_millis(now)))
            .filter(profiles::Column::Status.ne(ProfileStatus::Disabled.as_str()))
            .filter(of(participant, agent));
        let disabled = update.exec_with_returning(self.0.executor()).await?;
        Ok(disabled.into_iter().map(|row| ProfileId::from_stored(row.id)).collect())
    }
}

fn of(participant: &ParticipantKey, agent: Option<&str>) -> Condition {
    Condition::all()
        .add(profiles::Column::ParticipantId.eq(participant.as_str()))
        .add_option(agent.map(|agent| profiles::Column::SettlementAgent.eq(agent)))
}

fn no_activity(record: &ProfileRecord) -> profile_activity::ActiveModel {
    profile_activity::ActiveModel {
        profile_id: Set(record.profile.id.as_str().to_owned()),
        wrong_otps: Set(0),
        ..profile_activity::ActiveModel::default()
    }
}

fn within(scope: &Scope, select: Select<profiles::Entity>) -> Select<profiles::Entity> {
    match scope.participant() {
        Some(participant) => select.filter(profiles::Column::ParticipantId.eq(participant.as_str())),
        None => select,
    }
}

fn row(record: &ProfileRecord, now: Timestamp) -> Result<profiles::ActiveModel, StoreError> {
    let profile = &record.profile;
    Ok(profiles::ActiveModel {
        id: Set(profile.id.as_str().to_owned()),
        user_id: Set(profile.user_id.clone()),
        kind: Set(profile.kind.as_str().to_owned()),
        participant_id: Set(record.participant.as_str().to_owned()),
        clearing_house: Set(profile.clearing_house.as_str().to_owned()),
        participant: Set(profile.participant.clone()),
        status: Set(record.status.as_str().to_owned()),
        surname: Set(profile.surname.clone()),
        other_names: Set(profile.other_names.clone()),
        email: Set(profile.email.clone()),
        enable_from: Set(profile.enable_from.map(to_millis)),
        disable_after: Set(profile.disable_after.map(to_millis)),
        created_in_phase: Set(profile.created_in.as_str().to_owned()),
        settlement_agent: Set(profile.settlement_agent.clone()),
        business_user_groups: Set(json(&profile.capabilities.business_user_groups)?),
        access_levels: Set(json(&profile.capabilities.access_levels)?),
        options: Set(json(&record.options)?),
        claims: Set(json(&profile.claims)?),
        srn: Set(record.srn.clone()),
        certificate_expiry: Set(record.certificate_expiry.map(to_millis)),
        merged_from: Set(json(&record.merged_from)?),
        created_at: Set(to_millis(now)),
        updated_at: Set(to_millis(now)),
        version: Set(profile.version),
    })
}

fn read(row: profiles::Model, locked: bool) -> Result<ProfileRecord, StoreError> {
    let unreadable = |reason: &dyn std::fmt::Display| StoreError::unreadable("profiles", reason);
    Ok(ProfileRecord {
        // Anything but the one word that opens is closed.
        status: row.status.parse().unwrap_or(ProfileStatus::Disabled),
        participant: ParticipantKey::from_stored(row.participant_id.clone()),
        options: serde_json::from_str(&row.options).map_err(|error| unreadable(&error))?,
        srn: row.srn.clone(),
        certificate_expiry: row.certificate_expiry.map(from_millis),
        merged_from: serde_json::from_str(&row.merged_from).map_err(|error| unreadable(&error))?,
        profile: read_profile(row, locked)?,
    })
}

#[cfg(test)]
mod tests;

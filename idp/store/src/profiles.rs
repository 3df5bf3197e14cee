//! Profiles: who people are. Change requests and the demo's seed write them; login only reads.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::capabilities::Capabilities;
use countersign_core::directory::options::ClearingHouseOptions;
use countersign_core::directory::profile::Profile;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::{Timestamp, from_millis, to_millis};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entities::{profile_activity, profiles};
use crate::only::Only as _;
use crate::{Connection, StoreError, profile_terms};

/// What a directory says beyond what login needs: the typed options, the smartcard, and the person's former profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryDetails {
    /// Clearing-house options.
    pub options: ClearingHouseOptions,
    /// Serial number of the smartcard.
    pub srn: Option<String>,
    /// When its certificate expires.
    pub certificate_expiry: Option<Timestamp>,
    /// The profiles that were this person's before they were merged into this one.
    pub merged_from: Vec<ProfileId>,
}

/// The repository of profiles.
pub struct Profiles<'a>(Connection<'a>);

impl<'a> Profiles<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// The profile of that identifier.
    pub async fn find(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        let row = profiles::Entity::find_by_id(id.as_str()).only(&self.0).await?;
        self.with_activity(row).await
    }

    /// The profile of that user ID. As many statements are sent for one that is not there.
    pub async fn find_by_user_id(&self, user_id: &str) -> Result<Option<Profile>, StoreError> {
        let by_user_id = profiles::Entity::find().filter(profiles::Column::UserId.eq(user_id));
        let row = by_user_id.only(&self.0).await?;
        self.with_activity(row).await
    }

    /// What the directory says of a profile within `scope`.
    pub async fn details(
        &self,
        scope: &Scope,
        id: &ProfileId,
    ) -> Result<Option<DirectoryDetails>, StoreError> {
        let mut query = profiles::Entity::find_by_id(id.as_str());
        if let Some(participant) = scope.participant() {
            query = query.filter(profiles::Column::ParticipantId.eq(participant.as_str()));
        }
        query.only(&self.0).await?.map(details).transpose()
    }

    /// Adds a profile of `participant`, with no activity yet. Its `locked` is not stored.
    pub async fn add(
        &self,
        profile: &Profile,
        participant: &ParticipantKey,
        details: &DirectoryDetails,
    ) -> Result<(), StoreError> {
        profiles::Entity::insert(row(profile, participant, details)?)
            .exec_without_returning(self.0.executor())
            .await?;
        let activity = profile_activity::ActiveModel {
            profile_id: Set(profile.id.as_str().to_owned()),
            wrong_otps: Set(0),
            ..profile_activity::ActiveModel::default()
        };
        profile_activity::Entity::insert(activity).exec_without_returning(self.0.executor()).await?;
        profile_terms::write(&self.0, profile).await
    }

    async fn with_activity(&self, row: Option<profiles::Model>) -> Result<Option<Profile>, StoreError> {
        let id = row.as_ref().map_or("", |row| row.id.as_str()).to_owned();
        let activity = profile_activity::Entity::find_by_id(id).only(&self.0).await?;
        row.map(|row| read(row, activity.is_some_and(|activity| activity.locked_at.is_some()))).transpose()
    }
}

const ENABLED: &str = "ENABLED";
const DISABLED: &str = "DISABLED";

fn row(
    profile: &Profile,
    participant: &ParticipantKey,
    details: &DirectoryDetails,
) -> Result<profiles::ActiveModel, StoreError> {
    Ok(profiles::ActiveModel {
        id: Set(profile.id.as_str().to_owned()),
        user_id: Set(profile.user_id.clone()),
        kind: Set(profile.kind.as_str().to_owned()),
        participant_id: Set(participant.as_str().to_owned()),
        clearing_house: Set(profile.clearing_house.as_str().to_owned()),
        participant: Set(profile.participant.clone()),
        status: Set(if profile.enabled { ENABLED } else { DISABLED }.to_owned()),
        surname: Set(profile.surname.clone()),
        other_names: Set(profile.other_names.clone()),
        email: Set(profile.email.clone()),
        enable_from: Set(profile.enable_from.map(to_millis)),
        disable_after: Set(profile.disable_after.map(to_millis)),
        created_in_phase: Set(profile.created_in.as_str().to_owned()),
        settlement_agent: Set(profile.settlement_agent.clone()),
        business_user_groups: Set(json(&profile.capabilities.business_user_groups)?),
        access_levels: Set(json(&profile.capabilities.access_levels)?),
        options: Set(json(&details.options)?),
        claims: Set(json(&profile.claims)?),
        srn: Set(details.srn.clone()),
        certificate_expiry: Set(details.certificate_expiry.map(to_millis)),
        merged_from: Set(json(&details.merged_from)?),
        created_at: Set(to_millis(profile.updated_at)),
        updated_at: Set(to_millis(profile.updated_at)),
        version: Set(profile.version),
    })
}

pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(unreadable)
}

pub(crate) fn read(row: profiles::Model, locked: bool) -> Result<Profile, StoreError> {
    Ok(Profile {
        id: ProfileId::from_stored(row.id),
        user_id: row.user_id,
        kind: row.kind.parse().map_err(unreadable)?,
        clearing_house: row.clearing_house.parse().map_err(unreadable)?,
        participant: row.participant,
        // Anything but the one word that opens is closed.
        enabled: row.status == ENABLED,
        surname: row.surname,
        other_names: row.other_names,
        email: row.email,
        enable_from: row.enable_from.map(from_millis),
        disable_after: row.disable_after.map(from_millis),
        created_in: row.created_in_phase.parse().map_err(unreadable)?,
        settlement_agent: row.settlement_agent,
        capabilities: Capabilities {
            business_user_groups: serde_json::from_str(&row.business_user_groups).map_err(unreadable)?,
            access_levels: serde_json::from_str(&row.access_levels).map_err(unreadable)?,
        },
        claims: serde_json::from_str(&row.claims).map_err(unreadable)?,
        locked,
        updated_at: from_millis(row.updated_at),
        version: row.version,
    })
}

fn details(row: profiles::Model) -> Result<DirectoryDetails, StoreError> {
    Ok(DirectoryDetails {
        options: serde_json::from_str(&row.options).map_err(unreadable)?,
        srn: row.srn,
        certificate_expiry: row.certificate_expiry.map(from_millis),
        merged_from: serde_json::from_str(&row.merged_from).map_err(unreadable)?,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("profiles", reason)
}

#[cfg(test)]
mod tests;

//! A whole profile, as the directory keeps it and as change requests change it.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::business_group::BusinessUserGroup;
use super::capabilities::AccessLevels;
use super::options::ClearingHouseOptions;
use super::profile::Profile;
use super::status::ProfileStatus;
use crate::ids::{ParticipantKey, ProfileId};
use crate::{Timestamp, hong_kong_day};

/// Everything that the directory says of a profile.
#[derive(Clone, Debug)]
pub struct ProfileRecord {
    /// What login and tokens need of it.
    pub profile: Profile,
    /// Whether it may be used; `profile.enabled` follows from it.
    pub status: ProfileStatus,
    /// The participant that owns it.
    pub participant: ParticipantKey,
    /// Clearing-house options.
    pub options: ClearingHouseOptions,
    /// Serial number of the smartcard.
    pub srn: Option<String>,
    /// When its certificate expires.
    pub certificate_expiry: Option<Timestamp>,
    /// The profiles that were merged into it.
    pub merged_from: Vec<ProfileId>,
}

/// A profile's fields as people see them: what differences are made of.
#[derive(Serialize)]
struct View<'a> {
    user_id: &'a str,
    clearing_house: &'a str,
    participant: &'a str,
    kind: &'a str,
    status: ProfileStatus,
    surname: &'a str,
    other_names: &'a str,
    email: Option<&'a str>,
    enable_from: Option<NaiveDate>,
    disable_after: Option<NaiveDate>,
    settlement_agent: Option<&'a str>,
    business_user_groups: Vec<&'a BusinessUserGroup>,
    access_levels: &'a AccessLevels,
    options: &'a ClearingHouseOptions,
    srn: Option<&'a str>,
    certificate_expiry: Option<NaiveDate>,
}

impl Serialize for ProfileRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let profile = &self.profile;
        View {
            user_id: &profile.user_id,
            clearing_house: profile.clearing_house.as_str(),
            participant: &profile.participant,
            kind: profile.kind.as_str(),
            status: self.status,
            surname: &profile.surname,
            other_names: &profile.other_names,
            email: profile.email.as_deref(),
            enable_from: profile.enable_from.map(hong_kong_day),
            disable_after: profile.disable_after.map(hong_kong_day),
            settlement_agent: profile.settlement_agent.as_deref(),
            business_user_groups: profile.capabilities.business_user_groups.iter().collect(),
            access_levels: &profile.capabilities.access_levels,
            options: &self.options,
            srn: self.srn.as_deref(),
            certificate_expiry: self.certificate_expiry.map(hong_kong_day),
        }
        .serialize(serializer)
    }
}

impl ProfileRecord {
    /// Gives the profile a status.
    pub fn set_status(&mut self, status: ProfileStatus) {
        self.status = status;
        self.profile.enabled = status == ProfileStatus::Enabled;
    }
}

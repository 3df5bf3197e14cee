//! Who has used the house, and who has not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The last access of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginRecord {
    /// User ID.
    #[schema(example = "HKABC101")]
    pub user_id: String,
    /// Clearing house of its participant.
    pub clearing_house: String,
    /// Participant that owns it.
    pub participant: String,
    /// Surname.
    pub surname: String,
    /// Other names.
    pub other_names: String,
    /// When.
    pub time: DateTime<Utc>,
    /// By which method.
    #[schema(example = "otp-app")]
    pub method: String,
    /// From which address.
    pub source: String,
}

/// Which accesses are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LoginActivityQuery {
    /// At this moment or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

/// Days without use after which a profile counts as dormant, where the request says nothing.
pub const DORMANT_DAYS: u16 = 90;

/// Most days that can be asked about.
pub const MAX_DORMANT_DAYS: u16 = 3_650;

/// For how long a listed profile has not been used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DormantQuery {
    /// Days without use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 3650, default = 90)]
    pub days: Option<u16>,
}

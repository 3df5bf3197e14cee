//! User profiles: the listing and its query.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a listing says of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileSummary {
    /// User ID.
    #[schema(example = "HKABC101")]
    pub user_id: String,
    /// Business user, Delegated Administrator or operator, as the ID's grammar says.
    pub kind: UserKind,
    /// Clearing house of its participant.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Participant that owns it.
    #[schema(example = "ABC")]
    pub participant: String,
    /// Settlement agent whose person this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_agent: Option<String>,
    /// Whether it may be used.
    pub status: ProfileStatus,
    /// Surname.
    pub surname: String,
    /// Other names.
    pub other_names: String,
    /// Registered email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Business user groups.
    pub business_user_groups: Vec<String>,
    /// First moment at which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_from: Option<DateTime<Utc>>,
    /// Last moment at which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_after: Option<DateTime<Utc>>,
    /// Where its one-time passwords come from.
    pub channel: OtpChannel,
    /// How far its two factors are set up.
    pub two_factor: TwoFactorState,
    /// How far it is on the way from the smartcard to two factors.
    pub migration: MigrationState,
    /// The last access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Access>,
    /// Serial number of the smartcard, until the house's migration is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
    /// When the smartcard's certificate expires, until the house's migration is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_expiry: Option<DateTime<Utc>>,
}

/// All that the directory says of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// What a listing says.
    #[serde(flatten)]
    pub summary: ProfileSummary,
    /// DA rights: access levels by function.
    #[schema(example = json!({ "security_management": ["EE", "MK"] }))]
    pub access_levels: BTreeMap<String, BTreeSet<String>>,
    /// Clearing-house options.
    #[schema(value_type = Object)]
    pub options: serde_json::Map<String, serde_json::Value>,
    /// From which address it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_source: Option<String>,
    /// Since when it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<DateTime<Utc>>,
    /// Sessions at the issuer that hold, the last used first.
    pub sessions: Vec<OpenSession>,
    /// The phase its clearing house was in when it was created.
    #[schema(example = "parallel-run")]
    pub created_in: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes; also in the `ETag`.
    pub version: i64,
    /// The change request that waits about this profile, where the caller may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_request: Option<String>,
}

/// A session at the issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenSession {
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it was last used.
    pub last_used: DateTime<Utc>,
    /// By which method its user logged in.
    #[schema(example = "otp-app")]
    pub method: String,
    /// From which address.
    pub source: String,
    /// With which browser, as it says itself.
    pub user_agent: String,
}

/// An access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Access {
    /// When.
    pub time: DateTime<Utc>,
    /// By which method.
    #[schema(example = "otp-app")]
    pub method: String,
}

/// What a user ID's grammar says of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// Does clearing work at a terminal.
    BusinessUser,
    /// Maintains the users of a participant.
    DelegatedAdministrator,
    /// Works for the exchange.
    Operator,
}

/// Whether a profile may be used. Anything but ENABLED bars it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProfileStatus {
    /// It may.
    Enabled,
    /// It may not.
    Disabled,
    /// Access was taken away at once by one person; giving it back takes two.
    Suspended,
    /// Left without an email address when the migration ended.
    Quarantined,
}

/// Where one-time passwords come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpChannel {
    /// The soft token in an authenticator app.
    App,
    /// The registered mailbox.
    Email,
    /// None is set up.
    None,
}

/// How far two factors are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TwoFactorState {
    /// No password.
    None,
    /// A password, and no second factor.
    PasswordOnly,
    /// Both.
    SetUp,
    /// Locked by too many wrong passwords or one-time passwords.
    Locked,
}

/// How far a profile is on the way from the smartcard to two factors: the furthest it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationState {
    /// No email address is registered.
    NoEmail,
    /// An email address is registered.
    Registered,
    /// A password is set.
    PasswordSet,
    /// A second factor is set up.
    TokenSet,
    /// Two factors were used to log in.
    #[serde(rename = "logged-in-2fa")]
    LoggedIn2fa,
}

/// What a listing is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileSort {
    /// User ID.
    #[default]
    UserId,
    /// Surname, then user ID.
    Surname,
    /// Last access; who never was there comes first.
    LastLogin,
    /// Status, then user ID.
    Status,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Upwards.
    #[default]
    Asc,
    /// Downwards.
    Desc,
}

/// Which profiles are listed, in which order. Filters narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProfileQuery {
    /// Words with which user ID, names or email (or a part of it) begin. All must be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub status: Option<ProfileStatus>,
    /// Kind of user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<UserKind>,
    /// Business user group that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "11", pattern = "^[0-9A-Z]{2}$")]
    pub group: Option<String>,
    /// Where one-time passwords come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub channel: Option<OtpChannel>,
    /// How far two factors are set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub two_factor: Option<TwoFactorState>,
    /// How far the migration is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub migration: Option<MigrationState>,
    /// Not used since this moment, or never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dormant_since: Option<DateTime<Utc>>,
    /// Whether a smartcard is registered: with `true`, the SRN listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<bool>,
    /// Clearing house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKCC")]
    pub clearing_house: Option<String>,
    /// Participant ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "ABC", max_length = 20)]
    pub participant: Option<String>,
    /// What to sort by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<ProfileSort>,
    /// Which way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub order: Option<Order>,
}

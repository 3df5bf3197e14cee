//! Participants, and how far their people are in the migration.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::drafts::ParticipantName;

/// A participant of a clearing house, or a settlement agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Its clearing house.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Participant ID.
    #[schema(example = "ABC")]
    pub participant: String,
    /// `CP` (clearing participant), `DB` (designated bank), `SA` (settlement agent) or `EX` (the exchange).
    #[schema(example = "CP")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Codes in the user IDs of its business users.
    pub customer_codes: Vec<String>,
    /// User ID of the one administrator who may sign as maker and as checker alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sole_administrator: Option<String>,
    /// When it ceased to be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// An appointment of a settlement agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appointment {
    /// For whom it acts.
    pub principal: ParticipantName,
    /// Who acts.
    pub agent: ParticipantName,
    /// The agent's name.
    pub agent_name: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

/// Appointments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appointments {
    /// Each of them, by principal and agent.
    pub items: Vec<Appointment>,
}

/// How far a participant's people are. Each number includes only profiles that have come that far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Clearing house of the participant.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Participant ID.
    #[schema(example = "ABC")]
    pub participant: String,
    /// Its name.
    pub name: String,
    /// The phase of its clearing house; absent for the exchange, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "parallel-run")]
    pub phase: Option<String>,
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

/// Which participants are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParticipantQuery {
    /// Clearing house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKCC")]
    pub clearing_house: Option<String>,
}

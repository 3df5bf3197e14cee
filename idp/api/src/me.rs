//! Who calls, and what they may do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The caller, as the directory knows them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Me {
    /// A person.
    Person(Person),
    /// A service that calls as itself: it reads, and can never ask for or decide on a change.
    Service(Service),
}

/// A person who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// User ID.
    #[schema(example = "HKABC1X1")]
    pub user_id: String,
    /// Clearing house of their participant.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Their participant.
    #[schema(example = "ABC")]
    pub participant: String,
    /// Access levels held on security management: `EE`, `MK`, `CK`.
    pub access_levels: Vec<String>,
    /// How far they see; absent for who holds no right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sees: Option<Sees>,
    /// How strongly they proved who they are.
    #[schema(example = "urn:countersign:acr:otp-app")]
    pub acr: String,
    /// When, last.
    pub auth_time: DateTime<Utc>,
    /// Whether that is enough, and fresh enough, for what asks for a step-up.
    pub stepped_up: bool,
    /// What operators are warned of as long as it stands; empty for everybody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// What operators are warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Fewer than three operators may use their profiles.
    FewOperators,
}

/// A service that calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Its `client_id`.
    pub client_id: String,
    /// How far it sees.
    pub sees: Sees,
}

/// How far a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sees {
    /// Everything.
    Installation,
    /// Their own participant.
    Participant,
}

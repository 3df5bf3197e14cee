//! Policies that operators may change while the house is running.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Every policy that may be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policies {
    /// The policies, by name.
    pub items: Vec<Policy>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Which, as in the configuration, without `policy.` before it.
    #[schema(example = "requests.days_to_sign")]
    pub name: String,
    /// Its value in effect.
    pub value: Value,
    /// What it would be if no request had changed it.
    pub configured: Value,
    /// Who says what is in effect.
    pub source: PolicySource,
    /// What its value is a number of: `seconds`, `days`, `count` or `characters`; or `word`.
    #[schema(example = "days")]
    pub unit: String,
    /// The least that a request may give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u32>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// Whether a request gave it a value that does not fit the configuration any more, or does not go with the others, and
    /// so is not in effect. Null takes it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
    /// Counts its changes by request.
    pub version: i64,
}

/// Who says what a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicySource {
    /// Nobody: it is as it comes.
    Default,
    /// The configuration.
    Configuration,
    /// An approved request.
    Request,
}

//! Signing keys: what is published of them, and when each does what.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every signing key there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    /// The keys, oldest first.
    pub items: Vec<Key>,
}

/// A signing key. Its private part is nobody's to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// What tokens call it.
    pub kid: String,
    /// What it signs with.
    #[schema(example = "ES256")]
    pub algorithm: String,
    /// `next`, `active`, `retired` or `removed`.
    #[schema(example = "active")]
    pub state: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when it signs.
    pub activates_at: DateTime<Utc>,
    /// From when its successor signs, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at: Option<DateTime<Utc>>,
    /// From when it is no longer published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<DateTime<Utc>>,
}

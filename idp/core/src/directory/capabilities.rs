//! What a profile may do. It follows from business user groups and access levels, never from the kind.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::business_group::BusinessUserGroup;

/// A function that Delegated Administrators hold rights on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DaFunction {
    /// User profiles, listings and reports of one's own participant.
    SecurityManagement,
}

/// What a DA right allows on its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccessLevel {
    /// Listing and enquiry.
    #[serde(rename = "EE")]
    Enquiry,
    /// Asks for changes.
    #[serde(rename = "MK")]
    Maker,
    /// Decides on what another asked for.
    #[serde(rename = "CK")]
    Checker,
}

/// The access levels held, by function: the claim `access_levels`.
pub type AccessLevels = BTreeMap<DaFunction, BTreeSet<AccessLevel>>;

/// Everything a profile may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Business user groups.
    pub business_user_groups: BTreeSet<BusinessUserGroup>,
    /// DA rights.
    pub access_levels: AccessLevels,
}

impl Capabilities {
    /// Whether `level` is held on `function`.
    #[must_use]
    pub fn holds(&self, function: DaFunction, level: AccessLevel) -> bool {
        self.access_levels.get(&function).is_some_and(|levels| levels.contains(&level))
    }

    /// Whether any DA right is held.
    #[must_use]
    pub fn holds_da_rights(&self) -> bool {
        self.access_levels.values().any(|levels| !levels.is_empty())
    }
}

//! Business user groups, and the functions of the terminal that each grants.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::profiles::Order;

/// A business user group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Its code.
    #[schema(example = "11", pattern = "^[0-9A-Z]{2}$")]
    pub code: String,
    /// What it is for.
    pub name: GroupName,
    /// The functions of the terminal that it grants, in the order of its home page.
    #[schema(example = json!(["general-enquiries", "view-circular"]))]
    pub functions: Vec<String>,
    /// Counts its changes.
    pub version: i64,
}

/// A name in the languages of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupName {
    /// English.
    pub en: String,
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant")]
    pub zh_hant: String,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    pub zh_hans: String,
}

/// What groups are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupSort {
    /// Code.
    #[default]
    Code,
    /// English name in lower case, then code.
    Name,
}

/// Which groups are listed, in which order. Filters narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GroupQuery {
    /// Words with which the code or a name, or a word of it, begins. All must be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// A function of the terminal that is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "general-enquiries")]
    pub function: Option<String>,
    /// What to sort by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<GroupSort>,
    /// Which way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub order: Option<Order>,
}

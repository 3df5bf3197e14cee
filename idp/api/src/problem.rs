//! What is wrong, in the form of RFC 9457.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The content type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What every `type` begins with.
const TYPE_PREFIX: &str = "urn:countersign:problem:";

/// Why a request was not served (RFC 9457 §3.1). Decide by `type`; `title`, `detail` and messages are for people, in the
/// language of `Accept-Language`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:countersign:problem:NAME`.
    #[serde(rename = "type")]
    #[schema(example = "urn:countersign:problem:invalid-parameters")]
    pub kind: String,
    /// What kind of problem it is, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What it is about this time, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The field or parameter; members within members are joined by dots.
    #[schema(example = "email")]
    pub field: String,
    /// What is wrong, for programs.
    #[schema(example = "too_long")]
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
    /// Whether it only warns, and stops nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub warning: bool,
}

impl Problem {
    /// The `type` of the problem named `name`.
    #[must_use]
    pub fn type_of(name: &str) -> String {
        format!("{TYPE_PREFIX}{name}")
    }

    /// The problem's own name: its `type` without what all types begin with.
    #[must_use]
    pub fn name(&self) -> &str {
        self.kind.strip_prefix(TYPE_PREFIX).unwrap_or(&self.kind)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.title, self.status)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        self.findings.iter().try_for_each(|finding| write!(f, "; {}: {}", finding.field, finding.message))
    }
}

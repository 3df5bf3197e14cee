//! The audit trail: who did what to whom, and whether the trail is as it was written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// A record of the audit trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Its identifier.
    pub id: String,
    /// Its place in the chain; absent until it is sealed, within a second or so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<i64>,
    /// When.
    pub time: DateTime<Utc>,
    /// What was done, or tried.
    #[schema(example = "request_approved")]
    pub action: String,
    /// `done`, or `denied`: nothing happened.
    #[schema(example = "done")]
    pub outcome: String,
    /// Who did it.
    pub actor: AuditActor,
    /// To whom or what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<AuditSubject>,
    /// Clearing house of the participant whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clearing_house: Option<String>,
    /// The participant whose record it is; absent where it is the exchange's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// On which change request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// User ID of the second signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker: Option<String>,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The reason that was given, or the rule that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How the subject was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// How the subject is, or what else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Whether what it says is what Countersign wrote. Whether anything is missing, only a verification tells.
    pub authentic: bool,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// `person`, `client`, `job`, `command_line` or `stranger`.
    #[schema(example = "person")]
    pub kind: String,
    /// User ID, client or job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "HKABC1X1")]
    pub name: Option<String>,
    /// Clearing house and participant ID of a person, as they were then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "HKCC ABC")]
    pub participant: Option<String>,
}

/// To whom or what something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditSubject {
    /// `profile`, `participant`, `request`, `client` …
    #[schema(example = "profile")]
    pub kind: String,
    /// User ID, or another name.
    #[schema(example = "HKABC101")]
    pub name: String,
}

/// Which records are found. Filters narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Written at this moment or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Written before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// User ID, client or job that acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKABC1X1", max_length = 100)]
    pub actor: Option<String>,
    /// User ID or other name of what was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKABC101", max_length = 100)]
    pub subject: Option<String>,
    /// Clearing house of the participant whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKCC")]
    pub clearing_house: Option<String>,
    /// Participant ID of whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "ABC", max_length = 20)]
    pub participant: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "request_approved")]
    pub action: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "denied")]
    pub outcome: Option<String>,
    /// Identifier of the change request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 64)]
    pub request: Option<String>,
}

/// Most records that one call proves.
pub const MAX_PROVED: u16 = 20_000;

/// Records that one call proves, where the request says nothing.
pub const PROVED: u16 = 10_000;

/// Which stretch of the trail is proved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerifyQuery {
    /// Behind which place the stretch begins: 0, then `next` of the stretch before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0, default = 0)]
    pub after: Option<i64>,
    /// Most records of the stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 20000, default = 10000)]
    pub limit: Option<u16>,
}

/// How the trail stands, and what came of proving a stretch of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// The last place of the chain.
    pub sealed_to: i64,
    /// Records that wait for their seal.
    pub waiting: u64,
    /// The newest checkpoint; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<AuditCheckpoint>,
    /// Whether nothing was found wrong with this stretch.
    pub sound: bool,
    /// Behind which place the stretch begins. What stands up to there was believed.
    pub after: i64,
    /// The last place of the stretch.
    pub to: i64,
    /// Records that were looked at.
    pub records: u64,
    /// Checkpoints that were looked at.
    pub checkpoints: u64,
    /// The last place that a checkpoint covers and agrees with.
    pub signed_to: i64,
    /// Whether the stretch reaches the end of the trail, and the end was proved too.
    pub complete: bool,
    /// Asks for the next stretch when sent as `after`; absent when this one is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// What is wrong.
    pub findings: Vec<AuditFinding>,
    /// How many further findings there are.
    pub more: u64,
}

/// A signed note of where the chain stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheckpoint {
    /// Its number, from 1.
    pub number: i64,
    /// The place that it covers.
    pub place: i64,
    /// When it was signed.
    pub time: DateTime<Utc>,
    /// The key that signed it.
    pub kid: String,
    /// Whether it has left the database, for the file or the system log.
    pub published: bool,
}

/// Something in the trail that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditFinding {
    /// What is wrong, for programs.
    #[schema(example = "edited")]
    pub code: String,
    /// What is wrong, for people, in English as `countersign audit verify` says it.
    pub message: String,
    /// The record, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

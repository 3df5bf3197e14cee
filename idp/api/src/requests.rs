//! Change requests: what was asked for, by whom, and what became of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Finding;

/// What came of looking at a draft. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validation {
    /// Whether it could be submitted.
    pub valid: bool,
    /// Everything there is to say, warnings too.
    pub findings: Vec<Finding>,
    /// What it would change, if it could be submitted.
    pub subjects: Vec<Subject>,
}

/// One thing that a request changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// What and which.
    #[schema(example = "profile:HKABC101")]
    pub target: String,
    /// Field by field what changes.
    pub difference: Vec<FieldDifference>,
}

/// One field that gets another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldDifference {
    /// Its name.
    #[schema(example = "email")]
    pub field: String,
    /// What it was when the request was made; null where there was nothing.
    pub before: Value,
    /// What it is to be; null where nothing remains.
    pub after: Value,
}

/// Kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A new profile.
    CreateProfile,
    /// Other fields of a profile.
    ChangeProfile,
    /// The end of a profile.
    DeleteProfile,
    /// A locked profile may try again.
    UnlockProfile,
    /// A second factor is forgotten.
    ResetFactor,
    /// A code for an administrator's first soft token.
    IssueEnrolmentCode,
    /// A new PIN for a smartcard.
    ResetCardPin,
    /// Two profiles become one.
    MergeProfiles,
    /// A new relying party.
    RegisterClient,
    /// Other fields of a relying party.
    ChangeClient,
    /// Another secret of a relying party.
    RotateClientSecret,
    /// The end of a relying party.
    DeleteClient,
    /// The next key of an algorithm signs before its time.
    RotateKeys,
    /// A signing key goes at once.
    RetireKey,
    /// Another value of a policy.
    ChangePolicy,
    /// Many changes at once.
    Batch,
    /// A new participant.
    CreateParticipant,
    /// Another name, kind, or other codes of a participant.
    ChangeParticipant,
    /// The end of a participant.
    CloseParticipant,
    /// A settlement agent acts for a participant.
    AppointAgent,
    /// A settlement agent acts for a participant no more.
    EndAppointment,
    /// A new business user group.
    CreateGroup,
    /// Another name of a business user group, or other functions.
    ChangeGroup,
    /// The end of a business user group.
    DeleteGroup,
    /// The day on which a phase is meant to begin.
    SchedulePhase,
    /// A clearing house moves to another phase.
    MovePhase,
    /// A move that waits for its time is forgotten.
    CancelMove,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It waits for a checker.
    Pending,
    /// It was approved and took effect.
    Applied,
    /// A checker refused it.
    Rejected,
    /// Its maker took it back.
    Withdrawn,
    /// Nobody signed in time.
    Expired,
    /// It was approved after what it was about had changed: nothing was applied.
    Conflicted,
}

/// What a listing says of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestSummary {
    /// Its identifier.
    pub id: String,
    /// What kind of change.
    #[schema(example = "change_profile")]
    pub kind: String,
    /// Where it stands.
    pub state: RequestState,
    /// Who asked.
    #[schema(example = "HKABC1X1")]
    pub maker: String,
    /// Whether it was filed at the command line and is not adopted yet. Nobody logs in there: whoever ran it said in
    /// whose name, and nobody can approve it until that maker has adopted it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_command_line: bool,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// Why, in the maker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is about; the first of several.
    #[schema(example = "profile:HKABC101")]
    pub target: String,
    /// How many things it is about.
    pub targets: u64,
    /// Until when a checker may decide, while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// What was decided, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Whether its record is not what was submitted: somebody changed it in the database. Nobody can decide it, and
    /// nothing that is said of it is to be believed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tampered: bool,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// Which checker decided, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker: Option<String>,
    /// How they signed, if they approved: `queue` or `same_screen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "queue")]
    pub way: Option<String>,
    /// Whether maker and checker are one, as operators granted a sole proprietor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sole_administrator: bool,
    /// Why it was refused, or what had changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A change request. Its entity tag is the hash of what was submitted, which approvals name in `If-Match`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeRequest {
    /// What a listing says of it.
    #[serde(flatten)]
    pub summary: RequestSummary,
    /// SHA-256 of the text that is signed, in hexadecimal.
    pub document_hash: String,
    /// What it changes, before and after: the first 5,000. Where `targets` says that there are more, all of them come in
    /// pages from `/change-requests/{id}/subjects`.
    pub subjects: Vec<Subject>,
    /// What there was to say when it was submitted; only in the answer to that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What the caller could do about it now; empty where there is nothing to be done by anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<May>,
}

/// Whether the caller may do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct May {
    /// What.
    pub action: RequestAction,
    /// Whether they may.
    pub allowed: bool,
    /// Why not, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "checker_is_maker")]
    pub code: Option<String>,
    /// Why not, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What can be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestAction {
    /// Say that it is theirs, as the maker whom the command line named.
    Adopt,
    /// Sign it.
    Approve,
    /// Refuse it.
    Reject,
    /// Take it back.
    Withdraw,
    /// Have it signed on the maker's screen.
    ApproveOnScreen,
}

/// Which requests are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// In this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<RequestState>,
    /// Of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<ChangeKind>,
    /// Asked for by this user ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "HKABC1X1", max_length = 32)]
    pub maker: Option<String>,
    /// About this thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "profile:HKABC101", max_length = 200)]
    pub target: Option<String>,
}

/// Nothing needs to be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In the words of whoever decides.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What a checker gives on the maker's screen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckerEntry {
    /// Their user ID.
    #[schema(example = "HKABC1X2")]
    pub checker_id: String,
    /// Their authorisation code.
    #[schema(example = "ABCD-EFGH-JKLM")]
    pub authorisation_code: String,
}

/// What an approval code is to be good for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeWanted {
    /// The `document_hash` of the one request that it answers, where the policy has codes for each request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// A checker's approval code.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ApprovalCode {
    /// The code, as it is given on a maker's screen.
    pub authorisation_code: String,
}

/// What an applied request made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Secret {
    /// An enrolment code, say. It is not shown again.
    pub secret: String,
}

/// A profile that was suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suspended {
    /// Whose.
    pub user_id: String,
    /// Its status now.
    pub status: crate::profiles::ProfileStatus,
}

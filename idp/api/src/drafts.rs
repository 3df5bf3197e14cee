//! What can be asked for: one kind of change a variant, with every value as people type it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::ClientDraft;

/// A change that somebody would like to ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Draft {
    /// A new profile.
    CreateProfile {
        /// Whose; the maker's own participant unless said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant: Option<ParticipantName>,
        /// Its user ID.
        #[schema(example = "HKABC101")]
        user_id: String,
        /// What it says.
        fields: ProfileDraft,
    },
    /// Other fields of a profile, its status and capabilities among them.
    ChangeProfile {
        /// Which.
        user_id: String,
        /// What is to be different.
        fields: ProfileDraft,
    },
    /// The end of a profile. Its user ID is never given to anyone else.
    DeleteProfile {
        /// Which.
        user_id: String,
    },
    /// A locked profile may try again.
    UnlockProfile {
        /// Which.
        user_id: String,
    },
    /// A lost soft token or passkey is forgotten, and another may be registered.
    ResetFactor {
        /// Whose.
        user_id: String,
    },
    /// A code against which an administrator registers their first soft token.
    IssueEnrolmentCode {
        /// Whose.
        user_id: String,
    },
    /// A blocked smartcard gets a new PIN.
    ResetCardPin {
        /// Whose.
        user_id: String,
    },
    /// Two profiles of one person become one.
    MergeProfiles {
        /// The administrator's, which stays.
        keep: String,
        /// The business user's, which is deleted.
        remove: String,
    },
    /// A new relying party. A secret is drawn at approval and shown once.
    RegisterClient {
        /// What it is to be called by, for good; drawn where nothing is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "settlement-desk", max_length = 64)]
        client_id: Option<String>,
        /// What it says.
        fields: ClientDraft,
    },
    /// Other fields of a relying party.
    ChangeClient {
        /// Which.
        client_id: String,
        /// What is to be different.
        fields: ClientDraft,
    },
    /// Another secret, drawn at approval and shown once; the former is worth nothing from then on.
    RotateClientSecret {
        /// Whose.
        client_id: String,
    },
    /// The end of a relying party, for good: nothing is ever called by its `client_id` again.
    DeleteClient {
        /// Which.
        client_id: String,
    },
    /// The next key of an algorithm signs before its time. Operators.
    RotateKeys {
        /// Which.
        #[schema(example = "ES256")]
        algorithm: String,
    },
    /// A signing key is trusted no longer: it goes at once, and nothing that it signed verifies. Operators.
    RetireKey {
        /// Which.
        kid: String,
    },
    /// Another value of a policy. Operators.
    ChangePolicy {
        /// Which.
        #[schema(example = "requests.days_to_sign")]
        name: String,
        /// Its value; null for what the configuration says.
        #[serde(deserialize_with = "value")]
        value: serde_json::Value,
    },
    /// Many changes of profiles, whole or not at all.
    Batch {
        /// Each of them; a batch holds no batch.
        #[schema(no_recursion)]
        lines: Vec<Draft>,
    },
    /// A new participant, or one that comes back. Operators.
    CreateParticipant {
        /// Which.
        participant: ParticipantName,
        /// What it is: `kind` and `name` at least.
        fields: ParticipantDraft,
    },
    /// Other fields of a participant. Operators.
    ChangeParticipant {
        /// Which.
        participant: ParticipantName,
        /// What is to be different.
        fields: ParticipantDraft,
    },
    /// The end of a participant: its people are disabled, and its appointments end. Operators.
    CloseParticipant {
        /// Which.
        participant: ParticipantName,
    },
    /// A settlement agent acts for a participant from now on.
    AppointAgent {
        /// For whom.
        principal: ParticipantName,
        /// Who: a participant of kind `SA`.
        agent: ParticipantName,
    },
    /// A settlement agent acts for a participant no more: the principal's profiles that belong to it are disabled.
    EndAppointment {
        /// For whom.
        principal: ParticipantName,
        /// Who.
        agent: ParticipantName,
    },
    /// A new business user group. Operators.
    CreateGroup {
        /// Its code.
        #[schema(example = "41")]
        code: String,
        /// What it is: a name in every language, and functions.
        fields: GroupDraft,
    },
    /// Another name of a business user group, or other functions. Operators.
    ChangeGroup {
        /// Its code.
        code: String,
        /// What is to be different.
        fields: GroupDraft,
    },
    /// The end of a business user group that nobody is in. Operators.
    DeleteGroup {
        /// Its code.
        code: String,
    },
    /// The day on which a phase of a clearing house is meant to begin: it reminds, and moves nothing. Operators.
    SchedulePhase {
        /// Whose.
        #[schema(example = "HKCC")]
        clearing_house: String,
        /// `parallel-run` or `complete`.
        #[schema(example = "complete")]
        phase: String,
        /// A day in Hong Kong; null removes it.
        #[serde(deserialize_with = "Option::deserialize")]
        #[schema(example = "2027-06-30", required)]
        at: Option<String>,
    },
    /// A clearing house moves to another phase, at once or at the time named. Operators.
    MovePhase {
        /// Which.
        #[schema(example = "HKCC")]
        clearing_house: String,
        /// Where to: one step on, or one back.
        #[schema(example = "complete")]
        to: String,
        /// When (RFC 3339); at once, where nothing is said. Only for a step on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "2027-06-30T18:00:00+08:00")]
        at: Option<String>,
        /// The hash of the dry run that is approved with a move to `complete`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dry_run: Option<String>,
    },
    /// A move that was approved and waits for its time is forgotten. Operators.
    CancelMove {
        /// Whose.
        #[schema(example = "HKCC")]
        clearing_house: String,
    },
}

/// The fields of a participant, as typed. An absent one stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ParticipantDraft {
    /// `CP` (clearing participant), `DB` (designated bank) or `SA` (settlement agent).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CP")]
    pub kind: Option<String>,
    /// Its name, of at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Codes in the user IDs of its business users, all of them; its own ID, where a new one says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_codes: Option<Vec<String>>,
    /// User ID of the one administrator who may sign as maker and as checker alike; null for nobody.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sole_administrator: Option<Option<String>>,
}

/// The fields of a business user group, as typed. An absent one stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupDraft {
    /// What it is called.
    pub name: GroupNameDraft,
    /// The functions of the terminal that it grants, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<String>>,
}

/// What a group is called, in every language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupNameDraft {
    /// English, of at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Traditional Chinese, of at most 200 characters.
    #[serde(rename = "zh-Hant", skip_serializing_if = "Option::is_none")]
    pub zh_hant: Option<String>,
    /// Simplified Chinese, of at most 200 characters.
    #[serde(rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub zh_hans: Option<String>,
}

/// A participant, by the names that people know it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantName {
    /// Its clearing house.
    #[schema(example = "HKCC")]
    pub clearing_house: String,
    /// Its participant ID there.
    #[schema(example = "ABC")]
    pub participant: String,
}

/// The fields of a profile, as typed. An absent one stays as it is; null empties one that may be empty. Dates are days in
/// Hong Kong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileDraft {
    /// `ENABLED` or `DISABLED`. `ENABLED` also ends a suspension or a quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Surname.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub surname: Option<String>,
    /// Other names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub other_names: Option<String>,
    /// Email address.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "tai.man@company.example")]
    pub email: Option<Option<String>>,
    /// First day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2026-11-25")]
    pub enable_from: Option<Option<String>>,
    /// Last day of use.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub disable_after: Option<Option<String>>,
    /// Participant ID of the settlement agent that the user belongs to.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub settlement_agent: Option<Option<String>>,
    /// Business user groups, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<Vec<String>>,
    /// DA rights, all of them: levels (`EE`, `MK`, `CK`) by function (`security_management`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<BTreeMap<String, Vec<String>>>,
    /// Clearing-house options, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub options: Option<serde_json::Value>,
    /// Serial number of the smartcard.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub srn: Option<Option<String>>,
    /// Last day of its certificate.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub certificate_expiry: Option<Option<String>>,
}

/// A value that is there, null or not.
fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<serde_json::Value, D::Error> {
    Deserialize::deserialize(deserializer)
}

/// A field that is there, null or not.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A change, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// What is asked for.
    pub change: Draft,
    /// Why, for the checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Many changes, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchSubmission {
    /// Each of them.
    pub lines: Vec<Draft>,
    /// Why, for the checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// What the lines of a CSV file ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchKind {
    /// Email addresses: `user_id`, `email`.
    Emails,
    /// New profiles: `user_id`, `surname`, and any other field of a profile; several groups, or access
    /// levels, are parted by spaces.
    Creations,
    /// Ends of profiles: `user_id`.
    Deletions,
    /// Profiles that may try again: `user_id`.
    Unlocks,
}

/// What the lines of a CSV file are for, and why; of JSON, the content says both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// What each line asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<BatchKind>,
    /// Why, for the checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 500)]
    pub reason: Option<String>,
}

//! What arrives: the shape of a change, with every value as it was typed.

use serde::{Deserialize, Serialize};

use super::change::ParticipantName;
use super::profile_draft::ProfileDraft;
use super::registry::clients::{ChangeClient, NamedClient, RegisterClient};

/// A change that somebody would like to ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Draft {
    /// See [`super::Change::CreateProfile`].
    CreateProfile {
        /// Whose; the maker's own participant unless said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant: Option<ParticipantName>,
        /// Its user ID.
        user_id: String,
        /// What it says.
        fields: ProfileDraft,
    },
    /// See [`super::Change::ChangeProfile`].
    ChangeProfile {
        /// Which.
        user_id: String,
        /// What is to be different.
        fields: ProfileDraft,
    },
    /// See [`super::Change::DeleteProfile`].
    DeleteProfile {
        /// Which.
        user_id: String,
    },
    /// See [`super::Change::UnlockProfile`].
    UnlockProfile {
        /// Which.
        user_id: String,
    },
    /// See [`super::Change::ResetFactor`].
    ResetFactor {
        /// Whose.
        user_id: String,
    },
    /// See [`super::Change::IssueEnrolmentCode`].
    IssueEnrolmentCode {
        /// Whose.
        user_id: String,
    },
    /// See [`super::Change::ResetCardPin`].
    ResetCardPin {
        /// Whose.
        user_id: String,
    },
    /// See [`super::Change::MergeProfiles`].
    MergeProfiles {
        /// The administrator's.
        keep: String,
        /// The business user's.
        remove: String,
    },
    /// See [`super::Change::RegisterClient`].
    RegisterClient(RegisterClient),
    /// See [`super::Change::ChangeClient`].
    ChangeClient(ChangeClient),
    /// See [`super::Change::RotateClientSecret`].
    RotateClientSecret(NamedClient),
    /// See [`super::Change::DeleteClient`].
    DeleteClient(NamedClient),
    /// See [`super::Change::Batch`].
    Batch {
        /// Each of them.
        lines: Vec<Draft>,
    },
}

impl Draft {
    /// The user IDs of profiles that it names, as stored.
    #[must_use]
    pub fn user_ids(&self) -> Vec<String> {
        let normalise = crate::directory::user_id::normalise;
        match self {
            Self::CreateProfile { user_id, .. }
            | Self::ChangeProfile { user_id, .. }
            | Self::DeleteProfile { user_id }
            | Self::UnlockProfile { user_id }
            | Self::ResetFactor { user_id }
            | Self::IssueEnrolmentCode { user_id }
            | Self::ResetCardPin { user_id } => vec![normalise(user_id)],
            Self::MergeProfiles { keep, remove } => vec![normalise(keep), normalise(remove)],
            Self::Batch { lines } => lines.iter().flat_map(Self::user_ids).collect(),
            Self::RegisterClient(_)
            | Self::ChangeClient(_)
            | Self::RotateClientSecret(_)
            | Self::DeleteClient(_) => Vec::new(),
        }
    }
}

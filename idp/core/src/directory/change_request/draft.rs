//! What arrives: the shape of a change, with every value as it was typed.

use serde::{Deserialize, Serialize};

use super::change::ParticipantName;
use super::profile_draft::ProfileDraft;
use super::registry::clients::{ChangeClient, NamedClient, RegisterClient};
use super::registry::groups::GroupDraft;
use super::registry::keys::{RetireKey, RotateKeys};
use super::registry::participants::ParticipantDraft;
use super::registry::policies::ChangePolicy;
use super::registry::{appointments, clients, groups, keys, phases, policies};
use super::target::{Target, TargetKind};
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::user_id::normalise;

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
    /// See [`super::Change::Batch`].
    Batch {
        /// Each of them.
        lines: Vec<Draft>,
    },
    /// See [`super::Change::CreateParticipant`].
    CreateParticipant {
        /// Which.
        participant: ParticipantName,
        /// What it is.
        fields: ParticipantDraft,
    },
    /// See [`super::Change::ChangeParticipant`].
    ChangeParticipant {
        /// Which.
        participant: ParticipantName,
        /// What is to be different.
        fields: ParticipantDraft,
    },
    /// See [`super::Change::CloseParticipant`].
    CloseParticipant {
        /// Which.
        participant: ParticipantName,
    },
    /// See [`super::Change::AppointAgent`].
    AppointAgent {
        /// For whom.
        principal: ParticipantName,
        /// Who.
        agent: ParticipantName,
    },
    /// See [`super::Change::EndAppointment`].
    EndAppointment {
        /// For whom.
        principal: ParticipantName,
        /// Who.
        agent: ParticipantName,
    },
    /// See [`super::Change::CreateGroup`].
    CreateGroup {
        /// Its code.
        code: String,
        /// What it is.
        fields: GroupDraft,
    },
    /// See [`super::Change::ChangeGroup`].
    ChangeGroup {
        /// Its code.
        code: String,
        /// What is to be different.
        fields: GroupDraft,
    },
    /// See [`super::Change::DeleteGroup`].
    DeleteGroup {
        /// Its code.
        code: String,
    },
    /// See [`super::Change::RegisterClient`].
    RegisterClient(RegisterClient),
    /// See [`super::Change::ChangeClient`].
    ChangeClient(ChangeClient),
    /// See [`super::Change::RotateClientSecret`].
    RotateClientSecret(NamedClient),
    /// See [`super::Change::DeleteClient`].
    DeleteClient(NamedClient),
    /// See [`super::Change::RotateKeys`].
    RotateKeys(RotateKeys),
    /// See [`super::Change::RetireKey`].
    RetireKey(RetireKey),
    /// See [`super::Change::ChangePolicy`].
    ChangePolicy(ChangePolicy),
    /// See [`super::Change::SchedulePhase`].
    SchedulePhase {
        /// Whose.
        clearing_house: ClearingHouse,
        /// Which phase.
        phase: String,
        /// The day; null removes it.
        #[serde(deserialize_with = "Option::deserialize")]
        at: Option<String>,
    },
    /// See [`super::Change::MovePhase`].
    MovePhase {
        /// Which house.
        clearing_house: ClearingHouse,
        /// Where to.
        to: String,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
        /// The hash of the dry run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dry_run: Option<String>,
    },
    /// See [`super::Change::CancelMove`].
    CancelMove {
        /// Whose.
        clearing_house: ClearingHouse,
    },
}

impl Draft {
    /// What it is about, each with the field that names it.
    #[must_use]
    pub fn targets(&self) -> Vec<(String, Target)> {
        let one = |field: &str, target| vec![(field.to_owned(), target)];
        match self {
            Self::CreateProfile { user_id, .. }
            | Self::ChangeProfile { user_id, .. }
            | Self::DeleteProfile { user_id }
            | Self::UnlockProfile { user_id }
            | Self::ResetFactor { user_id }
            | Self::IssueEnrolmentCode { user_id }
            | Self::ResetCardPin { user_id } => one("user_id", profile(user_id)),
            Self::MergeProfiles { keep, remove } => {
                vec![("keep".to_owned(), profile(keep)), ("remove".to_owned(), profile(remove))]
            }
            Self::Batch { lines } => {
                let placed = |(index, line): (usize, &Self)| {
                    let within = move |(field, target)| (format!("lines[{index}].{field}"), target);
                    line.targets().into_iter().map(within)
                };
                lines.iter().enumerate().flat_map(placed).collect()
            }
            Self::CreateParticipant { participant, .. }
            | Self::ChangeParticipant { participant, .. }
            | Self::CloseParticipant { participant } => {
                one("participant", Target::new(TargetKind::Participant, participant.normalised().to_string()))
            }
            Self::AppointAgent { principal, agent } | Self::EndAppointment { principal, agent } => {
                one("agent", appointments::target(principal, agent))
            }
            Self::CreateGroup { code, .. } | Self::ChangeGroup { code, .. } | Self::DeleteGroup { code } => {
                one("code", groups::target(code))
            }
            // One that is given no name yet is nothing that others could ask for.
            Self::RegisterClient(RegisterClient { client_id, .. }) => {
                client_id.iter().flat_map(|client_id| one("client_id", clients::target(client_id))).collect()
            }
            Self::ChangeClient(ChangeClient { client_id, .. })
            | Self::RotateClientSecret(NamedClient { client_id })
            | Self::DeleteClient(NamedClient { client_id }) => one("client_id", clients::target(client_id)),
            Self::RotateKeys(RotateKeys { algorithm }) => one("algorithm", keys::target(algorithm)),
            Self::RetireKey(RetireKey { kid }) => one("kid", keys::target(kid)),
            Self::ChangePolicy(ChangePolicy { name, .. }) => one("name", policies::target(name)),
            Self::SchedulePhase { clearing_house, .. }
            | Self::MovePhase { clearing_house, .. }
            | Self::CancelMove { clearing_house } => one("clearing_house", phases::target(*clearing_house)),
        }
    }

    /// The user IDs of profiles that it names, as stored.
    #[must_use]
    pub fn user_ids(&self) -> Vec<String> {
        let of_people =
            |(_, target): (String, Target)| (target.kind == TargetKind::Profile).then_some(target.name);
        self.targets().into_iter().filter_map(of_people).collect()
    }
}

fn profile(user_id: &str) -> Target {
    Target::profile(&normalise(user_id))
}

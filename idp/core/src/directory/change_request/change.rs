//! What can be asked for: one variant a kind of change, as it stands in the signed text.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::profile_draft::ProfileFields;
use super::registry::clients::{NamedClient, SignedClient};
use super::registry::keys::{RetireKey, SignedRotation};
use super::registry::participants::ParticipantFields;
use super::registry::phases::ApprovedList;
use super::registry::policies::ChangePolicy;
use super::registry::{appointments, clients, groups, keys, phases, policies};
use super::target::{Target, TargetKind};
use crate::Timestamp;
use crate::directory::business_group::{BusinessUserGroup, GroupDefinition};
use crate::directory::clearing_house::ClearingHouse;
use crate::directory::participant::Participant;
use crate::directory::phase::Phase;

/// A participant, by the names that people know it by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParticipantName {
    /// Its clearing house.
    pub clearing_house: ClearingHouse,
    /// Its participant ID there.
    pub participant: String,
}

impl ParticipantName {
    /// As it is stored: space around the participant ID and small letters are forgiven.
    #[must_use]
    pub fn normalised(&self) -> Self {
        Self { participant: self.participant.trim().to_ascii_uppercase(), ..*self }
    }

    /// The name of `participant`.
    #[must_use]
    pub fn of(participant: &Participant) -> Self {
        let Participant { clearing_house, participant, .. } = participant;
        Self { clearing_house: *clearing_house, participant: participant.to_string() }
    }
}

impl std::fmt::Display for ParticipantName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.clearing_house, self.participant)
    }
}

/// A change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// A new profile of a participant.
    CreateProfile {
        /// Whose.
        participant: ParticipantName,
        /// Its user ID.
        user_id: String,
        /// What it says.
        fields: ProfileFields,
    },
    /// Other fields of a profile, its status and capabilities among them.
    ChangeProfile {
        /// Which.
        user_id: String,
        /// What is to be different.
        fields: ProfileFields,
    },
    /// The end of a profile. Its user ID may be created again, as a new profile under another `sub`.
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
    /// Two profiles of one person become one: the groups of the business user's move to the administrator's.
    MergeProfiles {
        /// The administrator's, which stays.
        keep: String,
        /// The business user's, which is deleted.
        remove: String,
    },
    /// Many changes of profiles, whole or not at all.
    Batch {
        /// Each of them.
        lines: Vec<Change>,
    },
    /// A new participant, or one that comes back.
    CreateParticipant {
        /// Which.
        participant: ParticipantName,
        /// What it is.
        fields: ParticipantFields,
    },
    /// Another name, kind, or other codes of a participant; the one administrator who signs for both.
    ChangeParticipant {
        /// Which.
        participant: ParticipantName,
        /// What is to be different.
        fields: ParticipantFields,
    },
    /// The end of a participant, and of all that its people may do.
    CloseParticipant {
        /// Which.
        participant: ParticipantName,
    },
    /// A settlement agent acts for a participant from now on.
    AppointAgent {
        /// For whom.
        principal: ParticipantName,
        /// Who.
        agent: ParticipantName,
    },
    /// A settlement agent acts for a participant no more.
    EndAppointment {
        /// For whom.
        principal: ParticipantName,
        /// Who.
        agent: ParticipantName,
    },
    /// A new business user group.
    CreateGroup {
        /// The group.
        group: GroupDefinition,
    },
    /// Another name of a business user group, or other functions.
    ChangeGroup {
        /// The group as it is to be.
        group: GroupDefinition,
    },
    /// The end of a business user group that nobody is in.
    DeleteGroup {
        /// Its code.
        code: BusinessUserGroup,
    },
    /// A new relying party. One that proves itself by a secret gets it at approval.
    RegisterClient(SignedClient),
    /// Other fields of a relying party.
    ChangeClient(SignedClient),
    /// Another secret of a relying party; the former is worth nothing from then on.
    RotateClientSecret(NamedClient),
    /// The end of a relying party, for good: nothing is ever called by its `client_id` again.
    DeleteClient(NamedClient),
    /// The next key of an algorithm signs before its time.
    RotateKeys(SignedRotation),
    /// A signing key is trusted no longer: it goes at once, and nothing that it signed verifies.
    RetireKey(RetireKey),
    /// Another value of a policy, or, by null, the one that the configuration says.
    ChangePolicy(ChangePolicy),
    /// The day on which a phase of a house is meant to begin: it reminds, and moves nothing.
    SchedulePhase {
        /// Whose.
        clearing_house: ClearingHouse,
        /// Which phase.
        phase: Phase,
        /// The day, in Hong Kong; none, where there is to be none.
        at: Option<NaiveDate>,
    },
    /// A house moves to another phase.
    MovePhase {
        /// Which.
        clearing_house: ClearingHouse,
        /// Where to.
        to: Phase,
        /// When; at once, where nothing is said.
        at: Option<Timestamp>,
        /// The frozen list that is approved with it, for a move to the end.
        dry_run: Option<ApprovedList>,
    },
    /// A move that waits for its time is forgotten.
    CancelMove {
        /// Whose.
        clearing_house: ClearingHouse,
    },
}

impl Change {
    /// The word in storage and in the management API.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateProfile { .. } => "create_profile",
            Self::ChangeProfile { .. } => "change_profile",
            Self::DeleteProfile { .. } => "delete_profile",
            Self::UnlockProfile { .. } => "unlock_profile",
            Self::ResetFactor { .. } => "reset_factor",
            Self::IssueEnrolmentCode { .. } => "issue_enrolment_code",
            Self::ResetCardPin { .. } => "reset_card_pin",
            Self::MergeProfiles { .. } => "merge_profiles",
            Self::Batch { .. } => "batch",
            Self::CreateParticipant { .. } => "create_participant",
            Self::ChangeParticipant { .. } => "change_participant",
            Self::CloseParticipant { .. } => "close_participant",
            Self::AppointAgent { .. } => "appoint_agent",
            Self::EndAppointment { .. } => "end_appointment",
            Self::CreateGroup { .. } => "create_group",
            Self::ChangeGroup { .. } => "change_group",
            Self::DeleteGroup { .. } => "delete_group",
            Self::RegisterClient(_) => "register_client",
            Self::ChangeClient(_) => "change_client",
            Self::RotateClientSecret(_) => "rotate_client_secret",
            Self::DeleteClient(_) => "delete_client",
            Self::RotateKeys(_) => "rotate_keys",
            Self::RetireKey(_) => "retire_key",
            Self::ChangePolicy(_) => "change_policy",
            Self::SchedulePhase { .. } => "schedule_phase",
            Self::MovePhase { .. } => "move_phase",
            Self::CancelMove { .. } => "cancel_move",
        }
    }

    /// What it is about: nobody may ask for another change of these meanwhile.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Self::CreateProfile { user_id, .. }
            | Self::ChangeProfile { user_id, .. }
            | Self::DeleteProfile { user_id }
            | Self::UnlockProfile { user_id }
            | Self::ResetFactor { user_id }
            | Self::IssueEnrolmentCode { user_id }
            | Self::ResetCardPin { user_id } => vec![Target::new(TargetKind::Profile, user_id.as_str())],
            Self::MergeProfiles { keep, remove } => {
                vec![Target::profile(keep), Target::profile(remove)]
            }
            Self::Batch { lines } => lines.iter().flat_map(Self::targets).collect(),
            Self::CreateParticipant { participant, .. }
            | Self::ChangeParticipant { participant, .. }
            | Self::CloseParticipant { participant } => {
                vec![Target::new(TargetKind::Participant, participant.to_string())]
            }
            Self::AppointAgent { principal, agent } | Self::EndAppointment { principal, agent } => {
                vec![appointments::target(principal, agent)]
            }
            Self::CreateGroup { group } | Self::ChangeGroup { group } => {
                vec![groups::target(group.code.as_str())]
            }
            Self::DeleteGroup { code } => vec![groups::target(code.as_str())],
            Self::RegisterClient(SignedClient { client_id, .. })
            | Self::ChangeClient(SignedClient { client_id, .. })
            | Self::RotateClientSecret(NamedClient { client_id })
            | Self::DeleteClient(NamedClient { client_id }) => vec![clients::target(client_id)],
            Self::RotateKeys(SignedRotation { algorithm }) => vec![keys::target(algorithm.as_str())],
            Self::RetireKey(RetireKey { kid }) => vec![keys::target(kid)],
            Self::ChangePolicy(ChangePolicy { name, .. }) => vec![policies::target(name)],
            Self::SchedulePhase { clearing_house, .. }
            | Self::MovePhase { clearing_house, .. }
            | Self::CancelMove { clearing_house } => vec![phases::target(*clearing_house)],
        }
    }

    /// Every single change in it.
    #[must_use]
    pub fn lines(&self) -> &[Self] {
        match self {
            Self::Batch { lines } => lines,
            single => std::slice::from_ref(single),
        }
    }
}

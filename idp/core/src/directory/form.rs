//! Forms of the clearing houses' eService: what a participant asks of the exchange where only operators make changes. A
//! form changes nothing; an operator who takes it makes it a change request, which takes two of them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::change_request::Draft;
use super::phase::Phase;
use crate::Timestamp;
use crate::ids::{FormId, ParticipantKey, ProfileId, RequestId};

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FormKind {
    /// Reset the PIN of a DA's smartcard.
    #[serde(rename = "SCard 1")]
    Scard1,
    /// Create or maintain a DA, its email, groups and DA rights.
    #[serde(rename = "DA 3")]
    Da3,
}

/// The text names no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a form: DA 3 or SCard 1")]
pub struct UnknownForm(String);

impl FormKind {
    /// The name, as people say it and as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scard1 => "SCard 1",
            Self::Da3 => "DA 3",
        }
    }

    /// Whether it may be filed in `phase`: `SCard 1` until the end of the parallel run, `DA 3` from its beginning.
    #[must_use]
    pub fn is_open(self, phase: Phase) -> bool {
        match self {
            Self::Scard1 => phase != Phase::Complete,
            Self::Da3 => phase != Phase::PreParallel,
        }
    }

    /// Whether it is the form for what `draft` asks for.
    #[must_use]
    pub fn is_for(self, draft: &Draft) -> bool {
        match self {
            Self::Scard1 => matches!(draft, Draft::ResetCardPin { .. }),
            Self::Da3 => matches!(draft, Draft::CreateProfile { .. } | Draft::ChangeProfile { .. }),
        }
    }
}

impl FromStr for FormKind {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::Scard1, Self::Da3].into_iter().find(|form| form.as_str() == text);
        known.ok_or_else(|| UnknownForm(text.to_owned()))
    }
}

/// A form that was filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its identifier.
    pub id: FormId,
    /// Which form.
    pub kind: FormKind,
    /// Whose.
    pub participant: ParticipantKey,
    /// What is asked for.
    pub draft: Draft,
    /// What else there is to say, for operators.
    pub note: Option<String>,
    /// Who filed it.
    pub filer: Filer,
    /// When.
    pub filed_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

/// Somebody who filed a form, or decided on one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filer {
    /// Their profile.
    pub profile_id: ProfileId,
    /// Its user ID then.
    pub user_id: String,
}

/// What became of a form. Every outcome but the first is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// It waits for an operator.
    Filed,
    /// An operator made it a change request, which has a life of its own.
    Taken {
        /// Which request.
        request: RequestId,
        /// By whom.
        by: Filer,
        /// When.
        at: Timestamp,
    },
    /// An operator declined it.
    Declined {
        /// Why.
        reason: String,
        /// By whom.
        by: Filer,
        /// When.
        at: Timestamp,
    },
    /// The participant took it back.
    Withdrawn {
        /// By whom.
        by: Filer,
        /// When.
        at: Timestamp,
    },
}

impl Outcome {
    /// The word in storage and in the management API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Taken { .. } => "taken",
            Self::Declined { .. } => "declined",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_form_is_open_in_its_phases() {
        use Phase::{Complete, ParallelRun, PreParallel};
        for (phase, scard_1, da_3) in
            [(PreParallel, true, false), (ParallelRun, true, true), (Complete, false, true)]
        {
            assert_eq!((FormKind::Scard1.is_open(phase), FormKind::Da3.is_open(phase)), (scard_1, da_3));
        }
    }

    #[test]
    fn each_form_asks_for_its_own() {
        let draft = |draft| serde_json::from_value::<Draft>(draft).unwrap();
        for (asked, scard_1, da_3) in [
            (json!({ "kind": "reset_card_pin", "user_id": "HKABC1X1" }), true, false),
            (json!({ "kind": "change_profile", "user_id": "HKABC1X1", "fields": {} }), false, true),
            (json!({ "kind": "create_profile", "user_id": "HKABC1X3", "fields": {} }), false, true),
            (json!({ "kind": "delete_profile", "user_id": "HKABC1X1" }), false, false),
            (json!({ "kind": "batch", "lines": [] }), false, false),
        ] {
            let asked = draft(asked);
            assert_eq!((FormKind::Scard1.is_for(&asked), FormKind::Da3.is_for(&asked)), (scard_1, da_3));
        }
    }

    #[test]
    fn names_survive_writing() {
        for kind in [FormKind::Scard1, FormKind::Da3] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert!("DA 4".parse::<FormKind>().is_err());
    }
}

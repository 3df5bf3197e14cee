//! Where protocol and login meet, and the only place where they do.
//!
//! `/authorize` fills in what the application asked for and why a login is needed; the journey answers it;
//! resume runs the checks again. Until the first right factor the whole of it travels sealed in the browser.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::acr::Acr;
use crate::Timestamp;
use crate::ids::{InteractionId, ProfileId};

/// One run of the login journey on behalf of someone who waits for its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// Its identifier, in logs.
    pub id: InteractionId,
    /// When it began. A login at or after this moment answers `prompt=login` and `max_age`.
    pub created_at: Timestamp,
    /// Who waits.
    pub target: Target,
    /// What the login must achieve.
    pub requirement: Requirement,
    /// Whether the user was found to have no factor that reaches the class asked for: what was reached is the best
    /// there is, and the client gets its answer by that.
    #[serde(default)]
    pub best_reached: bool,
    /// User ID to start with (OIDC Core §3.1.2.1 `login_hint`).
    pub login_hint: Option<String>,
    /// The application's wish for a language (OIDC Core §3.1.2.1 `ui_locales`).
    pub ui_locales: Option<String>,
}

/// Who waits for a login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An application, by an authorization request.
    Application {
        /// The client.
        client_id: String,
        /// Its name, for people.
        client_name: String,
        /// The authorization request's parameters, checked once and checked again at resume.
        parameters: BTreeMap<String, String>,
    },
    /// The user's own page, `/account`.
    Account,
}

/// What a login must achieve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// Why the login is asked for, for the journey's wording and the logs.
    pub reason: Reason,
    /// The weakest class that will do.
    pub acr: Option<Acr>,
    /// The one person who may answer, when the request names them.
    pub subject: Option<ProfileId>,
}

impl Requirement {
    /// Whether someone known is asked for more, rather than someone unknown for everything.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        match self.reason {
            Reason::StrongerFactor => Purpose::StepUp,
            Reason::NoSession | Reason::AskedToLogIn | Reason::TooLongAgo | Reason::OtherSubject => {
                Purpose::Login
            }
        }
    }
}

/// Why a login is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No session in this browser.
    NoSession,
    /// `prompt=login` or `prompt=select_account`.
    AskedToLogIn,
    /// `max_age`.
    TooLongAgo,
    /// `id_token_hint` or the `claims` parameter names someone else.
    OtherSubject,
    /// `acr_values` or the `claims` parameter asks for a stronger class.
    StrongerFactor,
}

/// What a page of the journey is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// An ordinary login.
    Login,
    /// More proof from someone who is logged in.
    StepUp,
}

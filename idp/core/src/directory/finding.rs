//! What is wrong with something that somebody entered: which field, what, and whether it stops them.
//!
//! A code is put into words where the reader's language is known.

use serde::{Deserialize, Serialize};

use crate::oauth::client::UriFlaw;

/// Something to say about an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The field, as in the management API; of a batch, `lines[3].email`.
    pub field: String,
    /// What there is to say.
    pub code: FindingCode,
}

/// What there is to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum FindingCode {
    /// It must be there.
    Required,
    /// It may not be there.
    NotApplicable,
    /// Longer than that many characters.
    TooLong {
        /// The most.
        max: usize,
    },
    /// Control characters, or markup.
    NotText,
    /// No email address.
    NotAnEmail,
    /// No date, which is written `2026-11-25`.
    NotADate,
    /// `disable_after` before `enable_from`.
    DatesReversed,
    /// Not a two-character code of a business user group that exists.
    UnknownGroup {
        /// What it says.
        group: String,
    },
    /// Not a function and a level on it.
    UnknownAccessLevel {
        /// What it says.
        level: String,
    },
    /// Not an option of the clearing house, or not a value of it.
    BadOption {
        /// What is wrong with it.
        reason: String,
    },
    /// Not a user ID of that house and kind.
    NotAUserId {
        /// The pattern.
        expected: String,
    },
    /// A business user's ID that reads as an administrator's.
    ReadsAsAdministrator,
    /// The user ID belongs to somebody already.
    UserIdTaken,
    /// The code in the user ID is not one of the participant's.
    UserIdOfAnother,
    /// Another participant of the house has that customer code.
    CodeTaken {
        /// The code.
        taken: String,
    },
    /// There is something of that name already.
    Exists,
    /// Not a participant ID or customer code of that house.
    NotACode {
        /// What they are like.
        expected: String,
    },
    /// Profiles have it.
    InUse {
        /// How many.
        profiles: u64,
    },
    /// There is nothing of that name, or it is not theirs to see.
    NotFound,
    /// A value that is not one of those that there are.
    Unknown {
        /// What there is.
        expected: String,
    },
    /// Somebody asked for a change of the same thing, and it waits for its checker.
    AlreadyPending {
        /// Which request, if they may see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<String>,
    },
    /// It is so already.
    NothingChanges,
    /// The phase of the clearing house does not let them do that.
    NotInPhase {
        /// The phase.
        phase: String,
    },
    /// Only the exchange does that.
    ForOperators,
    /// The same thing twice in one batch.
    Twice {
        /// The line that names it first, from 1.
        line: usize,
    },
    /// Given more than once.
    Repeated,
    /// More of them than there may be.
    TooMany {
        /// The most.
        max: usize,
    },
    /// No instant, which is written `2026-11-25T00:00:00Z`.
    NotAnInstant,
    /// Before now.
    InThePast,
    /// Not after what comes before it, or not before what comes after.
    OutOfOrder,
    /// Made too long ago to be approved.
    TooOld,
    /// The job at the end of the parallel run has started: there is no way back.
    EndOfRunStarted,
    /// The maker is the subject of the request.
    OwnProfile,
    /// Nobody could sign it.
    NoChecker,
    /// Warning: it would leave the participant, or the exchange, without anybody who makes or anybody who checks.
    LastAdministrator,
    /// Not a number from the one to the other.
    OutOfRange {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Something has that name, or had it.
    Taken,
    /// Not what a relying party can be called by.
    NotAClientId,
    /// An address that cannot be used.
    BadUri {
        /// What is wrong with it.
        flaw: UriFlaw,
    },
    /// An address in a private network, which we do not call.
    PrivateAddress,
    /// No JWK Set of keys that signatures are verified with.
    NotAKeySet,
    /// A key that should be nobody's but its owner's.
    PrivateKey,
    /// A key that is too short.
    WeakKey,
    /// Nobody could reach the management API any more.
    LastConsole,
    /// Warning: it reads everything of the installation, as itself.
    ReadsEverything,
    /// Warning: people administer through it, with all that they may do.
    AdministersThrough,
    /// Warning: nobody is asked for consent.
    AsksNoConsent,
    /// Warning: a mailbox at a provider for everybody.
    FreeMail,
    /// Warning: the name of a function rather than of a person.
    SharedName,
    /// Warning: the address serves further profiles.
    SharedMailbox {
        /// How many.
        others: u64,
    },
}

impl FindingCode {
    /// Whether it only warns. Everything else stops the request.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::LastAdministrator
                | Self::ReadsEverything
                | Self::AdministersThrough
                | Self::AsksNoConsent
                | Self::FreeMail
                | Self::SharedName
                | Self::SharedMailbox { .. }
        )
    }
}

/// Findings under way, each at the field that is being looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Notes something at `field`.
    pub fn note(&mut self, field: &str, code: FindingCode) {
        self.0.push(Finding { field: field.to_owned(), code });
    }

    /// The value, or a note at `field` and nothing.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, FindingCode>) -> Option<T> {
        parsed.map_err(|code| self.note(field, code)).ok()
    }

    /// Adds the findings of a part, whose fields stand at `path`.
    pub fn add(&mut self, path: &str, part: Self) {
        let prefixed = part
            .0
            .into_iter()
            .map(|finding| Finding { field: format!("{path}.{}", finding.field), ..finding });
        self.0.extend(prefixed);
    }

    /// Whether anything stops the request.
    #[must_use]
    pub fn stop(&self) -> bool {
        self.0.iter().any(|finding| !finding.code.is_warning())
    }

    /// Everything that was noted.
    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }

    /// Everything that was noted.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_do_not_stop() {
        let mut findings = Findings::default();
        findings.note("email", FindingCode::FreeMail);
        assert!(!findings.stop());
        assert_eq!(findings.take("surname", Err::<(), _>(FindingCode::Required)), None);
        assert!(findings.stop());
        let mut whole = Findings::default();
        whole.add("lines[3]", findings);
        assert_eq!(whole.as_slice()[1].field, "lines[3].surname");
    }
}
